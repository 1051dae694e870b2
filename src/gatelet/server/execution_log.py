"""The gateway's execution and access logs on CloudWatch Logs' groups (apigateway-data-plane section 16)."""

from __future__ import annotations

import hashlib
from string import hexdigits
from types import MappingProxyType

from gatelet.aws.clock import Clock
from gatelet.gateway.stage_logs import LogTarget
from gatelet.logs.writer import LogWriter
from gatelet.storage.ports import StreamKey

_STREAMS = MappingProxyType(
    {digit: hashlib.md5(digit.lower().encode(), usedforsecurity=False).hexdigest() for digit in hexdigits}
)
_EVENT_CHARACTERS = 1024  # data plane section 16: "1,024-byte event limit"


def _stream(request_id: str) -> str:
    """AWS spreads requests over streams named by hexadecimal digests; here a request's first digit decides."""
    return _STREAMS[request_id[0]]


class CloudWatchAccessLogs:
    """Writes access log lines to the groups that stages name."""

    __slots__ = ("_clock", "_writer")

    def __init__(self, writer: LogWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    def write(self, target: LogTarget, request_id: str, line: str) -> None:
        """Never blocks."""
        key = StreamKey(target.account, target.region, target.group, _stream(request_id))
        self._writer.write_many(key, [(int(self._clock.now() * 1000), line)])


class CloudWatchExecutionLog:
    """Writes the lines of a request to ``API-Gateway-Execution-Logs_{api}/{stage}``."""

    __slots__ = ("_clock", "_writer")

    def __init__(self, writer: LogWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    def write(self, account: str, region: str, api_id: str, stage: str, request_id: str, lines: list[str]) -> None:
        """Never blocks."""
        key = StreamKey(account, region, f"API-Gateway-Execution-Logs_{api_id}/{stage}", _stream(request_id))
        now = int(self._clock.now() * 1000)
        self._writer.write_many(key, [(now, f"({request_id}) {line}"[:_EVENT_CHARACTERS]) for line in lines])
