"""What the operator decides about functions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatelet.aws import quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """Where functions live and what they may take from the host. Times are seconds."""

    work_directory: Path
    """Unpacked code and each environment's ``/tmp``; can be rebuilt. Workers of another uid must be able to
    reach it: it is made mode 0711, its parents are the operator's affair."""

    runtime_directory: Path
    """``python/`` below it holds what the runtime brings on AWS (boto3); it may be missing."""

    proxy_event_module: Path
    """The gateway's event builder (gateway/events/proxy.py), a file that needs the standard library only."""

    endpoint_url: str
    """``AWS_ENDPOINT_URL`` of the functions: Gatelet's own control plane. Empty: not set."""

    certificate: Path | None = None
    """PEM chain that the endpoint shows over TLS: functions get it in ``AWS_CA_BUNDLE``. None: no TLS."""

    idle_seconds: float = 600.0
    """An environment without work for so long is ended."""

    max_environments: int = 256
    """Environments on this host, all functions together; an idle one of another function makes room."""

    cores: int = 2
    """CPU cores of the host: how many events of a fast function are worth running at once."""

    lifetime_seconds: float = 7_200.0
    """An environment takes no more events after so long: its credentials must not expire under it."""

    worker_uid: int | None = 60_000
    """As root: the first uid of a range that workers run as, one for each function. None: the gateway's own."""

    secure: bool = False
    """The secure mode: workers without a user of their own are worth a warning."""

    init_seconds: float = quotas.INIT_SECONDS
    """What an initialisation may take outside of an invocation."""

    drain_seconds: float = 30.0
    """How long ``stop`` waits for running events."""

    fork: bool = True
    """Fork environments from a zygote; False starts every one as a process of its own."""

    sandbox: tuple[str, ...] = ("auto",)
    """Layers that must be there, ``-layer`` for one that is not used; see gatelet.functions.sandbox.layers."""

    shared_directories: tuple[Path, ...] = ()
    """Directories of the host that every function may use; on AWS there are none."""

    node: Path | None = None
    """The Node.js that runs ``nodejs*`` functions. None: the one on the PATH."""

    processes: int = quotas.FUNCTION_PROCESSES
    """Processes and threads that an environment (with a user but no group of its own: a function) may have."""

    templates: int = 16
    """How many versions' templates are kept for fast cold starts; 0: none."""
