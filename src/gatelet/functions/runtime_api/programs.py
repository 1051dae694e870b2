"""Which program runs a runtime that speaks the Runtime API (lambda-execution section 6).

``provided.*`` runs the function's own ``bootstrap``; ``nodejs*`` runs Gatelet's client on the host's Node.js.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatelet.functions.process import StartFailed, ask

NODE_CLIENT = Path(__file__).parent.parent / "runtimes" / "nodejs"
_PROBE_SECONDS = 5.0
_OLD_SPACE = 0.9
"""The part of a function's memory that JavaScript's objects may take: the rest is the program's own."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is executed. An empty ``command`` is the ``bootstrap`` of the function or of its layers."""

    version: str
    """As INIT_START shows it: ``nodejs:20.v11``."""
    command: tuple[str, ...] = ()
    warning: str = ""
    """For the function's log: what differs from AWS."""
    variables: Mapping[str, str] = field(default_factory=dict)


class Programs:
    """Looks for Node.js once."""

    def __init__(self, node: Path | None) -> None:
        """``node`` is the operator's choice; None: the one on the PATH."""
        self._node = node
        self._version: asyncio.Task[str] | None = None

    async def find(self, runtime: str, memory: int) -> Program:
        """What runs this runtime with so many MB. Raises StartFailed: there is no Node.js."""
        if not runtime.startswith("nodejs"):
            return Program(f"{runtime.replace('.', ':', 1)}.v1")
        path = find_node(self._node)
        if path is None:
            raise StartFailed(lacking(runtime, self._node))
        if self._version is None:
            self._version = asyncio.create_task(_probe(path))
        version = await asyncio.shield(self._version)
        major, _, rest = version.partition(".")
        wanted = runtime.removeprefix("nodejs").removesuffix(".x")
        old_space = f"--max-old-space-size={max(32, int(memory * _OLD_SPACE))}"
        return Program(
            version=f"nodejs:{major}.v{rest.partition('.')[0]}",
            command=(str(path), "--expose-gc", old_space, str(NODE_CLIENT / "index.mjs")),
            warning="" if major == wanted else f"{runtime} is not installed on this host: running on Node.js {version}",
            variables={"GATELET_NODE_RUNTIME": runtime},
        )


def lacking(runtime: str, node: Path | None) -> str:
    """Why this host cannot run functions of the runtime; empty: it can. ``node`` as of Programs."""
    if not runtime.startswith("nodejs") or find_node(node) is not None:
        return ""
    where = "there is none on the PATH, nor does the setting node name one" if node is None else f"{node} is no program"
    return f"{runtime} needs Node.js: {where}"


def find_node(chosen: Path | None) -> Path | None:
    """The Node.js of this host, if it has one."""
    found = shutil.which("node") if chosen is None else str(chosen)
    if not found or not os.access(found, os.X_OK):
        return None
    return Path(found).resolve()


def directories(node: Path | None) -> list[Path]:
    """What of the host the programs need to read."""
    path = find_node(node)
    return [NODE_CLIENT] if path is None else [NODE_CLIENT, path.parent]


async def _probe(path: Path) -> str:
    """``20.11.1``. Raises StartFailed."""
    try:
        code, output, _ = await ask([str(path), "--version"], _PROBE_SECONDS)
    except TimeoutError:
        raise StartFailed(f"{path} --version does not end") from None
    except OSError as error:
        raise StartFailed(f"{path} does not run: {error}") from error
    version = output.decode("utf-8", "replace").strip().removeprefix("v")
    if code != 0 or not version[:1].isdigit():
        raise StartFailed(f"{path} is no Node.js")
    return version
