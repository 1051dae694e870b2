"""The keys of issuers elsewhere: fetched with bounds, kept for an hour, fetched anew for a key nobody knows.

One fetch of a set runs at a time, apart from the requests that want it: whoever has a key that is known and fresh
never waits for it, and everybody else waits for the same one. Nothing is kept of a key that nobody knows.

Exception
└── KeysUnreachable    the keys cannot be had: nobody passes
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import orjson

from gatelet.aws.clock import Clock
from gatelet.http.client.errors import ClientError
from gatelet.http.client.message import Answer, ClientRequest
from gatelet.http.client.target import split_url
from gatelet.identity.user_pools.jws import public_key

if TYPE_CHECKING:
    from gatelet.identity.user_pools.jws import PublicKey

logger = logging.getLogger(__name__)

FETCH_SECONDS: Final = 5.0
DOCUMENT_BYTES: Final = 262_144
_KEYS: Final = 100
_SETS: Final = 256
_FRESH_SECONDS: Final = 3_600.0
_AHEAD_SECONDS: Final = 3_000.0
"""From when on keys in use are fetched anew while they still serve."""
_LAST_RESORT_SECONDS: Final = 86_400.0
"""How old keys may be that are used because newer ones cannot be had."""
_AGAIN_SECONDS: Final = 30.0
"""The least time between two fetches of one set, whatever tokens say and however the first went."""


class KeysUnreachable(Exception):
    """No key set; the text is for the execution log."""


class Asker(Protocol):
    """Sends a request (gatelet.gateway.ports.Endpoints)."""

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        """The whole answer. Raises ClientError."""


@dataclass(slots=True)
class _Set:
    keys: Mapping[str, tuple[PublicKey, str | None]] = field(default_factory=dict)
    """By ``kid``, with the one algorithm that the key is for, if it says so."""
    fetched: float = float("-inf")
    tried: float = float("-inf")
    fault: str = ""
    fetching: asyncio.Task[None] | None = None
    """The fetch that is under way."""


class KeySets:
    """Key sets by URL; at most 256."""

    __slots__ = ("_sets",)

    def __init__(self) -> None:
        self._sets: OrderedDict[str, _Set] = OrderedDict()

    async def key(self, url: str, kid: str, http: Asker | None, clock: Clock) -> tuple[PublicKey, str | None] | None:
        """The key of that name; None: the issuer has none. Raises KeysUnreachable."""
        held = self._held(url)
        now = clock.monotonic()
        known, age = kid in held.keys, now - held.fetched
        if held.fetching is None and now - held.tried >= _AGAIN_SECONDS and (not known or age > _AHEAD_SECONDS):
            held.tried = now
            held.fetching = asyncio.create_task(_refresh(held, url, http, clock))
        # Keys that went stale serve once newer ones could not be had; until that is known, they may be withdrawn.
        if held.fetching is not None and (not known or (age > _FRESH_SECONDS and not held.fault)):
            await asyncio.shield(held.fetching)
        if clock.monotonic() - held.fetched > _LAST_RESORT_SECONDS:
            raise KeysUnreachable(held.fault)
        found = held.keys.get(kid)
        if found is None and held.fault:
            raise KeysUnreachable(held.fault)
        return found

    def _held(self, url: str) -> _Set:
        held = self._sets.get(url)
        if held is None:
            held = self._sets[url] = _Set()
            if len(self._sets) > _SETS:
                self._sets.popitem(last=False)
        self._sets.move_to_end(url)
        return held


async def _refresh(held: _Set, url: str, http: Asker | None, clock: Clock) -> None:
    """Fetch the set; what goes wrong is its fault from then on. Raises nothing."""
    try:
        held.keys = _keys(await fetch_json(url, http))
        held.fetched, held.fault = clock.monotonic(), ""
    except (KeysUnreachable, LookupError, TypeError) as error:
        held.fault = f"The keys of {url} cannot be read: {error}"
    except Exception:  # a fault of ours: nobody passes with a key that is not known
        logger.exception("the keys of %s could not be fetched", url)
        held.fault = f"The keys of {url} cannot be read"
    finally:
        held.fetching = None


def _keys(document: Any) -> dict[str, tuple[PublicKey, str | None]]:
    """Raises LookupError, TypeError: it is no key set."""
    found = {}
    for entry in [entry for entry in document["keys"] if isinstance(entry, dict)][:_KEYS]:
        key, name = public_key(entry), entry.get("kid")
        if key is not None and isinstance(name, str):
            algorithm = entry.get("alg")
            found[name] = (key, algorithm if isinstance(algorithm, str) else None)
    return found


async def fetch_json(url: str, http: Asker | None) -> Any:
    """A JSON document. Raises KeysUnreachable."""
    if http is None:
        raise KeysUnreachable("no HTTP client")
    try:
        origin, target = split_url(url)
        request = ClientRequest("GET", origin, target, [("Accept", "application/json")])
        answer = await http.send(request, FETCH_SECONDS)
    except ClientError as error:
        raise KeysUnreachable(str(error)) from error
    body = answer.body
    if answer.status != 200 or not isinstance(body, bytes) or len(body) > DOCUMENT_BYTES:
        raise KeysUnreachable(f"the answer has status {answer.status}, or is too large")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise KeysUnreachable("the answer is not JSON") from None
