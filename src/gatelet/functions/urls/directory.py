"""The function URLs that exist, by their ids: read at the start, then kept by the changes of functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.aws.scope import Scope
from gatelet.functions.invocation import FunctionTarget
from gatelet.functions.model import KIND, LATEST, SERVICE
from gatelet.functions.urls.cors import Cors
from gatelet.storage.ports import Change, Key, Records


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """One URL: whom it invokes, and who may."""

    id: str
    target: FunctionTarget
    auth_type: str
    cors: Cors | None
    streams: bool = False
    """``InvokeMode`` is RESPONSE_STREAM."""

    @property
    def scope(self) -> Scope:
        """Where the function lives."""
        return Scope(self.target.account, self.target.region)


class UrlDirectory:
    """Follows the functions' documents; a look-up is one dictionary access."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._urls: dict[str, FunctionUrl] = {}
        self._of_function: dict[Key, frozenset[str]] = {}

    async def start(self) -> None:
        """Learn every URL."""
        for record in await self._records.list_everywhere(SERVICE, KIND):
            self._remember(record.key, record.value)

    async def apply(self, change: Change) -> None:
        """Serve a committed change of a function."""
        if (change.key.service, change.key.kind) == (SERVICE, KIND):
            record = await self._records.get(change.key)
            self._remember(change.key, {} if record is None else record.value)

    def find(self, url_id: str) -> FunctionUrl | None:
        """The URL of that id."""
        return self._urls.get(url_id)

    def _remember(self, key: Key, document: Mapping[str, Any]) -> None:
        for url_id in self._of_function.pop(key, ()):
            self._urls.pop(url_id, None)
        urls = [_url(key, qualifier, held) for qualifier, held in document.get("urls", {}).items()]
        if urls:
            self._of_function[key] = frozenset(url.id for url in urls)
            self._urls.update({url.id: url for url in urls})


def _url(key: Key, qualifier: str, held: Mapping[str, Any]) -> FunctionUrl:
    target = FunctionTarget(key.account, key.region, key.id, None if qualifier == LATEST else qualifier)
    cors = held.get("Cors")
    streams = held.get("InvokeMode") == "RESPONSE_STREAM"
    return FunctionUrl(held["id"], target, held["AuthType"], None if cors is None else Cors.of(cors), streams)
