"""The Telemetry API (lambda-execution section 3): events for extensions, in batches, to a listener of their own.

A batch is posted by a thread of the subscription; what a listener does not take in time is dropped, and told.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TELEMETRY, LOGS = "/2022-07-01/telemetry", "/2020-08-15/logs"
_TYPES = frozenset(("platform", "function", "extension"))
_HOSTS = frozenset(("sandbox.localdomain", "sandbox", "localhost", "127.0.0.1"))
_RANGES = {"maxItems": (1_000, 10_000, 10_000), "maxBytes": (262_144, 1_048_576, 262_144),
    "timeoutMs": (25, 30_000, 1_000)}  # fmt: skip
_POST_SECONDS = 1.0
_BEFORE_BYTES = 262_144
"""What is kept for those who have not subscribed yet."""


class InvalidSubscription(Exception):
    """What is asked for is not possible; the text says why."""


@dataclass(frozen=True)
class Subscription:
    """What an extension wants to hear."""

    types: frozenset[str]
    port: int
    path: str
    items: int
    size: int
    seconds: float

    @classmethod
    def parse(cls, body: bytes) -> Subscription:
        """Raises InvalidSubscription."""
        try:
            asked = json.loads(body)
            destination = asked["destination"]
            target = urlsplit(destination["URI"])
            port = target.port or 80
            types = frozenset(asked["types"])
            buffering = {name: _within(name, (asked.get("buffering") or {}).get(name)) for name in _RANGES}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidSubscription(f"the subscription cannot be read: {error}") from None
        if destination.get("protocol") != "HTTP" or target.hostname not in _HOSTS:
            raise InvalidSubscription("destination: HTTP to sandbox.localdomain alone")
        if not types or not types <= _TYPES:
            raise InvalidSubscription(f"types: one or more of {', '.join(sorted(_TYPES))}")
        seconds = buffering["timeoutMs"] / 1000
        return cls(types, port, target.path or "/", buffering["maxItems"], buffering["maxBytes"], seconds)


def _within(name: str, value: Any) -> int:
    least, most, usual = _RANGES[name]
    number = usual if value is None else int(value)
    if not least <= number <= most:
        raise ValueError(f"{name} is not between {least} and {most}")
    return number


class Listener:
    """One subscription's buffer, and the thread that empties it."""

    def __init__(self, subscription: Subscription) -> None:
        self._asked = subscription
        self._kept: list[str] = []
        self._bytes = self._dropped = self._dropped_bytes = 0
        self._change = threading.Condition()
        self._due = False
        threading.Thread(target=self._run, daemon=True).start()

    def take(self, kind: str, event: str) -> None:
        """``kind`` is the type without what follows the first dot; ``event`` is JSON."""
        if kind not in self._asked.types:
            return
        with self._change:
            if len(self._kept) >= 2 * self._asked.items or self._bytes >= 2 * self._asked.size:
                self._dropped += 1
                self._dropped_bytes += len(event)
                return
            self._kept.append(event)
            self._bytes += len(event)
            if len(self._kept) == 1 or len(self._kept) >= self._asked.items or self._bytes >= self._asked.size:
                self._change.notify()

    def flush(self) -> None:
        """What is there is due now."""
        with self._change:
            self._due = True
            self._change.notify()

    def _run(self) -> None:
        while True:
            self._post(self._batch())

    def _batch(self) -> list[str]:
        with self._change:
            while not self._kept:
                self._due = False
                self._change.wait()
            end = time.monotonic() + self._asked.seconds  # noqa: TID251 - the worker's clock
            while not self._due and len(self._kept) < self._asked.items and self._bytes < self._asked.size:
                left = end - time.monotonic()  # noqa: TID251 - the worker's clock
                if left <= 0 or not self._change.wait(left):
                    break
            batch, self._kept, self._bytes = self._kept, [], 0
            if self._dropped:
                record = {"reason": "the listener is too slow", "droppedRecords": self._dropped,
                          "droppedBytes": self._dropped_bytes}  # fmt: skip
                batch.append(event_text("platform.logsDropped", record))
                self._dropped = self._dropped_bytes = 0
            return batch

    def _post(self, batch: list[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._asked.port, timeout=_POST_SECONDS)
        try:
            body = f"[{','.join(batch)}]".encode()
            connection.request("POST", self._asked.path, body, {"Content-Type": "application/json"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            with self._change:
                self._dropped += len(batch)
                self._dropped_bytes += sum(map(len, batch))
        finally:
            connection.close()


class Telemetry:
    """All subscriptions of an environment. What was told since its beginning is told to each, too."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._before: list[tuple[str, str]] | None = []
        self._room = _BEFORE_BYTES

    def subscribe(self, name: str, body: bytes) -> None:
        """Raises InvalidSubscription."""
        asked = Subscription.parse(body)
        listener = Listener(asked)
        for kind, event in self._before or ():
            listener.take(kind, event)
        self._listeners.append(listener)
        types = sorted(asked.types)
        self.tell("platform.telemetrySubscription", {"name": name, "state": "Subscribed", "types": types})

    def tell(self, kind: str, record: Any) -> None:
        """``platform.start`` and its like, ``function`` or ``extension`` with a line."""
        event = event_text(kind, record)
        family = kind.partition(".")[0]
        self._room -= len(event)
        if self._before is not None and self._room > 0:
            self._before.append((family, event))
        for listener in self._listeners:
            listener.take(family, event)

    def close(self) -> None:
        """Nobody may subscribe any more."""
        self._before = None

    def flush(self) -> None:
        """The environment ends: nothing may wait."""
        for listener in self._listeners:
            listener.flush()


def event_text(kind: str, record: Any) -> str:
    """An event of this moment, as JSON."""
    now = time.time()  # noqa: TID251 - the worker's clock
    moment = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now * 1000) % 1000:03d}Z"
    return json.dumps({"time": moment, "type": kind, "record": record}, ensure_ascii=False, separators=(",", ":"))
