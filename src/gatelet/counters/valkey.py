"""Counters in Valkey (or Redis): several processes share them. Each operation is one command or one script.

A server that does not answer is not asked again for a moment: a request never waits for it more than once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.ports import LEASE_SECONDS, Bucket, Period, Usage

if TYPE_CHECKING:
    from valkey.asyncio import Valkey

T = TypeVar("T")

ANSWER_SECONDS = 0.25
PAUSE_SECONDS = 1.0
"""How long a server that failed is left alone."""
_CONNECTIONS = 32
"""Further calls wait for those that are under way: the server answers one after another anyway."""
_SCRIPTS = Path(__file__).parent / "scripts"


class ValkeyServer:
    """A connection pool, its scripts, and what is known of the server's health."""

    def __init__(self, url: str, prefix: str, monotonic: Callable[[], float], log: Callable[[str], None]) -> None:
        from valkey.asyncio import Valkey  # here: only who has configured it needs the package

        self._client: Valkey = Valkey.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )
        self._prefix = prefix
        self._monotonic = monotonic
        self._log = log
        self._failed_at: float | None = None
        self._places = asyncio.Semaphore(_CONNECTIONS)
        self._scripts = {
            name: self._client.register_script((_SCRIPTS / f"{name}.lua").read_text("utf-8"))
            for name in ("take", "charge", "extend", "hold", "generation")
        }

    @property
    def answers(self) -> bool:
        """Whether the server answered when it was asked last."""
        return self._failed_at is None

    def name(self, kind: str, name: str) -> str:
        """The key of a counter."""
        return f"{self._prefix}:{kind}:{name}"

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[object]) -> int:
        """Run a script. Raises CountersUnavailable."""
        return int(await self.ask(lambda _: self._scripts[script](keys=list(keys), args=list(arguments))))

    async def ask(self, command: Callable[[Valkey], Awaitable[T]]) -> T:
        """Run a command. Raises CountersUnavailable."""
        async with self._places:
            if self._failed_at is not None and self._monotonic() - self._failed_at < PAUSE_SECONDS:
                raise CountersUnavailable("the server did not answer a moment ago")
            return await self._ask(command)

    async def _ask(self, command: Callable[[Valkey], Awaitable[T]]) -> T:
        from valkey.exceptions import ValkeyError

        try:
            answer = await command(self._client)
        except (ValkeyError, OSError, TimeoutError) as error:
            if self._failed_at is None:
                self._log(f"The counters' server does not answer: {error}")
            self._failed_at = self._monotonic()
            raise CountersUnavailable(str(error)) from error
        if self._failed_at is not None:
            self._failed_at = None
            self._log("The counters' server answers again.")
        return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class ValkeyBuckets:
    """Token buckets in Valkey."""

    __slots__ = ("_server",)

    def __init__(self, server: ValkeyServer) -> None:
        self._server = server

    @property
    def local(self) -> None:
        """They are another process's."""

    async def take(self, buckets: Sequence[Bucket], now: float) -> int | None:
        """Take a token of each, or of none: then the index of the first one that has none."""
        if not buckets:
            return None
        arguments: list[object] = [repr(now)]
        for bucket in buckets:
            arguments += (repr(bucket.rate), bucket.burst)
        refused = await self._server.run("take", [self._server.name("bucket", b.name) for b in buckets], arguments)
        return refused - 1 if refused else None


class ValkeyCache:
    """Values in Valkey. A namespace's capacity is the server's ``maxmemory``: it evicts, Gatelet does not count."""

    __slots__ = ("_server",)

    def __init__(self, server: ValkeyServer) -> None:
        self._server = server

    async def get(self, namespace: str, key: str, now: float) -> bytes | None:
        """The value, if it is there and not older than its time to live."""
        generation = await self.generation(namespace)
        stored: bytes | None = await self._server.ask(lambda client: client.get(self._key(namespace, generation, key)))
        if stored is None:
            return None
        expires, _, value = stored.partition(b" ")
        return value if float(expires) > now else None

    async def put(
        self, namespace: str, key: str, value: bytes, *, generation: int, ttl: float, capacity: int, now: float
    ) -> None:
        """Keep a value for ``ttl`` seconds, if it is not larger than ``capacity`` alone."""
        if ttl <= 0 or len(value) > capacity:
            return
        stored = b"%r %b" % (now + ttl, value)
        at = self._key(namespace, generation, key)  # of a generation that is over: nobody reads it
        await self._server.ask(lambda client: client.set(at, stored, px=max(1, int(ttl * 1000))))

    async def delete(self, namespace: str, key: str) -> None:
        """Forget one value."""
        at = self._key(namespace, await self.generation(namespace), key)
        await self._server.ask(lambda client: client.delete(at))

    async def flush(self, namespace: str) -> None:
        """Forget all values of a namespace: they have the name of a generation that is over."""
        await self.generation(namespace)  # what is raised must be there
        await self._server.ask(lambda client: client.incr(self._server.name("generation", namespace)))

    async def generation(self, namespace: str) -> int:
        """A number that every flush raises, whichever process flushes."""
        return await self._server.run("generation", [self._server.name("generation", namespace)], [])

    def _key(self, namespace: str, generation: int, key: str) -> str:
        return self._server.name("cache", f"{namespace}:{generation}:{key}")


class ValkeyQuotas:
    """Meters in Valkey. They survive what the server's own persistence survives."""

    __slots__ = ("_server",)

    def __init__(self, server: ValkeyServer) -> None:
        self._server = server

    async def charge(self, meter: str, limit: int, period: Period) -> bool:
        """Count one, unless the limit is reached."""
        return bool(await self._server.run("charge", self._keys(meter), [limit, period.start, period.day]))

    async def extend(self, meter: str, limit: int, period: Period, remaining: int) -> None:
        """Let ``remaining`` more through in this period."""
        await self._server.run("extend", self._keys(meter)[:1], [limit, period.start, remaining])

    async def usage(self, meter: str) -> Usage | None:
        """What was counted; None: nothing ever."""
        at, by_day = self._keys(meter)
        state: dict[bytes, bytes] = await self._server.ask(lambda client: _awaited(client.hgetall(at)))
        if not state:
            return None
        days: dict[bytes, bytes] = await self._server.ask(lambda client: _awaited(client.hgetall(by_day)))
        return Usage(
            period=int(state[b"period"]),
            used=int(state[b"used"]),
            extra=int(state[b"extra"]),
            days={day.decode(): int(count) for day, count in days.items()},
        )

    async def forget(self, meter: str) -> None:
        """Forget a meter."""
        await self._server.ask(lambda client: client.delete(*self._keys(meter)))

    def _keys(self, meter: str) -> tuple[str, str]:
        return self._server.name("meter", meter), self._server.name("days", meter)


class ValkeyLeases:
    """What the processes hold of each limit, in Valkey, by the server's clock. ``process`` is this one's name."""

    __slots__ = ("_milliseconds", "_process", "_server")

    def __init__(self, server: ValkeyServer, process: str, seconds: float = LEASE_SECONDS) -> None:
        self._server = server
        self._process = process
        self._milliseconds = int(seconds * 1000)

    async def hold(self, limit: str, most: int, held: int, wanted: int) -> int:
        """Say that this process holds ``held`` and wants ``wanted`` more; how many of those it holds now, too."""
        arguments = [self._process, most, held, wanted, self._milliseconds]
        return await self._server.run("hold", [self._server.name("leases", limit)], arguments)


async def _awaited(answer: Any) -> Any:
    """The client's stubs call some answers immediate: in its asyncio form they never are."""
    return await answer
