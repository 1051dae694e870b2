"""What functions tell the test while they run: lines over a socket, kept even if the process dies after sending."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

REPORTING = """
import json, os, socket
_place = os.environ["REPORTS"].split(":")
_link = None
def report(*words):
    global _link
    if _link is None:
        _link = socket.create_connection((_place[0], int(_place[1])))
    _link.sendall((json.dumps(words) + chr(10)).encode())
"""
"""The head of a handler's source: ``report(...)``."""


class Reports:
    """Listens; ``lines`` are what was reported, complete lines only, in the order of arrival."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = threading.Condition()
        reports = self

        class Reader(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    if line.endswith(b"\n"):
                        reports._add(line.decode())

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            address_family = socket.AF_INET

        self._server = Server(("127.0.0.1", 0), Reader)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def variables(self) -> dict[str, str]:
        """What a function needs in its environment."""
        host, port = self._server.server_address[:2]
        return {"REPORTS": f"{host!s}:{port}"}

    def wait(self, enough: Callable[[list[str]], bool], seconds: float = 60) -> list[str]:
        """The lines, once they are enough."""
        with self._more:
            assert self._more.wait_for(lambda: enough(self.lines), seconds), self.lines[-20:]
            return list(self.lines)

    def _add(self, line: str) -> None:
        with self._more:
            self.lines.append(line)
            self._more.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
