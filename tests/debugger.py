"""A client of the Debug Adapter Protocol, as an editor is one: for tests of functions under a debugger."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SECONDS = 20.0


class Debugger:
    """Attaches to a debugger that waits on a port; ``break_at`` names the file as the client knows it."""

    def __init__(self, port: int) -> None:
        self._socket = _connect(port)
        self._stream = self._socket.makefile("rb")
        self._sequence = 0
        self._events: list[dict[str, Any]] = []

    def close(self) -> None:
        """Leave."""
        self._stream.close()
        self._socket.close()

    def attach(self, file: str, line: int, mappings: list[dict[str, str]]) -> bool:
        """Set one breakpoint and let the program go on; whether the breakpoint was found in a file."""
        self._ask("initialize", adapterID="debugpy", pathFormat="path", linesStartAt1=True)
        attached = self._send("attach", pathMappings=mappings, justMyCode=True)
        self._wait(lambda message: message.get("event") == "initialized")
        found = self._ask("setBreakpoints", source={"path": file}, breakpoints=[{"line": line}])
        self._ask("configurationDone")
        self._wait(lambda message: message.get("request_seq") == attached)
        return bool(found["breakpoints"][0]["verified"])

    def stopped(self) -> tuple[str, int, dict[str, str]]:
        """Wait for the breakpoint: the file and the line as the client knows them, and the local variables."""
        event = self._wait(lambda message: message.get("event") == "stopped")
        thread = event["body"]["threadId"]
        frame = self._ask("stackTrace", threadId=thread)["stackFrames"][0]
        scopes = self._ask("scopes", frameId=frame["id"])["scopes"]
        reference = scopes[0]["variablesReference"]
        variables = self._ask("variables", variablesReference=reference)["variables"]
        self._thread = thread
        return frame["source"]["path"], frame["line"], {found["name"]: found["value"] for found in variables}

    def go_on(self) -> None:
        """Continue."""
        self._send("continue", threadId=self._thread)

    def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        sequence = self._send(command, **arguments)
        answer = self._wait(lambda message: message.get("request_seq") == sequence)
        assert answer["success"], answer
        body: dict[str, Any] = answer.get("body") or {}
        return body

    def _send(self, command: str, **arguments: Any) -> int:
        self._sequence += 1
        content = {"seq": self._sequence, "type": "request", "command": command, "arguments": arguments}
        text = json.dumps(content).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(text), text))
        return self._sequence

    def _wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        for message in self._events:
            if wanted(message):
                self._events.remove(message)
                return message
        while True:
            message = self._read()
            if wanted(message):
                return message
            self._events.append(message)

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the debugger ended the connection"
        message: dict[str, Any] = json.loads(self._stream.read(length))
        return message


def _connect(port: int) -> socket.socket:
    """The program listens once its process has started."""
    for _ in range(400):
        try:
            return socket.create_connection(("127.0.0.1", port), _SECONDS)
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError(f"nobody waits for a debugger on port {port}")


def install_debugpy(runtime_directory: Path) -> None:
    """As ``gatelet install-runtime --debug`` does, without a download."""
    found = find_spec("debugpy")
    assert found is not None
    package = Path(str(found.origin)).parent
    target = runtime_directory / "python" / "debugpy"
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"))


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
