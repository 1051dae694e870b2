"""What the handler prints and logs, as log events (lambda-execution section 8)."""

from __future__ import annotations

import fcntl
import io
import logging
import os
import sys
import termios
import threading
import time
from dataclasses import dataclass
from typing import Any, Protocol

from . import frames, json_log

_NOTHING = bytes(4)


def raw_output_waits() -> bool:
    """Whether standard output or error, one pipe, holds what the gateway has not read yet."""
    try:
        return fcntl.ioctl(1, termios.FIONREAD, _NOTHING) != _NOTHING
    except OSError:
        return False  # the handler closed it


class Sender(Protocol):
    """Who takes the frames of log events: the wire, or a template's recorder."""

    @property
    def owned(self) -> bool:
        """False in a process that the handler forked."""

    def send(self, frame: bytes) -> None:
        """Take a whole frame."""


class Journal:
    """Sends log events to the gateway, each with its time."""

    def __init__(self, wire: Sender) -> None:
        self._wire = wire
        self.request_id = ""

    def send_to(self, wire: Sender) -> None:
        """From now on."""
        self._wire = wire

    def event(self, text: str, fallback_fd: int = 1) -> None:
        """One log event, whatever lines it has."""
        data = text.encode("utf-8", "replace")
        if self._wire.owned:
            self._wire.send(frames.encode_log(int(time.time() * 1000), data))  # noqa: TID251 - the worker's clock
        else:
            os.write(fallback_fd, data)


class LineStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr``: every line becomes one log event; ``\\r`` does not split."""

    encoding = "utf-8"
    errors = "replace"
    mode = "w"
    line_buffering = True
    write_through = True

    def __init__(self, journal: Journal, fd: int) -> None:
        self.name = "<stdout>" if fd == 1 else "<stderr>"
        self._journal = journal
        self._fd = fd
        self._partial: list[str] = []
        self._lock = threading.RLock()
        self.buffer = io.FileIO(fd, "w", closefd=False)

    def write(self, text: str) -> int:
        """Send complete lines at once; keep what has no line end yet."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            if "\n" not in text:
                self._partial.append(text)
                return len(text)
            *lines, rest = text.split("\n")
            lines[0] = "".join(self._partial) + lines[0]
            self._partial = [rest] if rest else []
            for line in lines:
                self._journal.event(line + "\n", self._fd)
        return len(text)

    def finish(self) -> None:
        """Send a line without an end: the invocation is over."""
        if self._partial:
            with self._lock:
                text, self._partial = "".join(self._partial), []
            if text:
                self._journal.event(text + "\n", self._fd)

    def reconfigure(self, **_options: object) -> None:
        """As of the text stream that handlers find in Lambda; a log event is UTF-8, whole and sent at once anyway."""

    def fileno(self) -> int:
        """The descriptor that child processes write to."""
        return self._fd

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never."""
        return False


class LambdaLogHandler(logging.Handler):
    """The handler of the root logger: one log event a record."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Send the formatted record."""
        try:
            self._journal.event(self.format(record), 2)
        except Exception:  # noqa: BLE001 - logging's own rule: a bad record never breaks the handler
            self.handleError(record)


class RequestIdFilter(logging.Filter):
    """Gives every record the request id that the format names."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def filter(self, record: logging.LogRecord) -> bool:
        """Always keeps the record."""
        record.aws_request_id = self._journal.request_id
        return True


@dataclass(frozen=True)
class Streams:
    """What ``install`` put in the place of the standard streams."""

    journal: Journal
    out: LineStream
    err: LineStream

    def finish(self) -> None:
        """Send what has no line end yet."""
        self.out.finish()
        self.err.finish()


def install(journal: Journal) -> Streams:
    """Replace the standard streams and set up logging as Lambda does: root level WARNING."""
    out, err = LineStream(journal, 1), LineStream(journal, 2)
    sys.stdout, sys.stderr = out, err
    sys.__stdout__, sys.__stderr__ = out, err  # type: ignore[assignment, misc]
    handler = LambdaLogHandler(journal)
    root = logging.getLogger()
    if json_log.wanted():
        formatter: logging.Formatter = json_log.JsonFormatter()
        root.setLevel(json_log.level())
    else:
        formatter = logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"
        )
        formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RequestIdFilter(journal))
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    return Streams(journal, out, err)


def error_event(error: dict[str, Any]) -> str:
    """The log event of an uncaught error: leading blanks become U+00A0 so that one event stays one."""
    if json_log.wanted():
        return json_log.error_event(error)
    lines = [f"[ERROR] {error['errorType']}: {error['errorMessage']}", "Traceback (most recent call last):"]
    for frame in error.get("stackTrace", ()):
        for line in frame.splitlines():
            text = line.lstrip(" ")
            lines.append("\u00a0" * (len(line) - len(text)) + text)
    return "\n".join(lines) + "\n"


def init_warning() -> str:
    """What Lambda logs before an error of the initialisation."""
    now = time.time()  # noqa: TID251 - the worker's clock
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    return (
        f"[WARNING]\t{at}.{int(now * 1000) % 1000:03d}Z\t\tLAMBDA_WARNING: Unhandled exception. The most likely cause "
        "is an issue in the function code. However, in rare cases, a Lambda runtime update can cause unexpected "
        "function behavior. For functions using managed runtimes, runtime updates can be triggered by a function "
        "change, or can be applied automatically. To determine if the runtime has been updated, check the runtime "
        "version in the INIT_START log entry. If this error correlates with a change in the runtime version, you may "
        "be able to mitigate this error by temporarily rolling back to the previous runtime version. For more "
        "information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\n"
    )
