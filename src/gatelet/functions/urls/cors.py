"""CORS as a function URL's configuration says: preflights are answered by the service itself. Pure.

Reference: lambda-execution section 11; Lambda Developer Guide ("Cross-origin resource sharing (CORS)").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CONFIGURED = frozenset(
    (
        "access-control-allow-credentials",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "access-control-max-age",
    )
)


@dataclass(frozen=True, slots=True)
class Cors:
    """A URL's ``Cors``, in AWS's names."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: int | None = None
    credentials: bool = False

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Cors:
        """From the members of ``Cors``."""
        return cls(
            origins=tuple(config.get("AllowOrigins") or ()),
            methods=tuple(method.upper() for method in config.get("AllowMethods") or ()),
            headers=tuple(config.get("AllowHeaders") or ()),
            exposed=tuple(config.get("ExposeHeaders") or ()),
            max_age=config.get("MaxAge"),
            credentials=bool(config.get("AllowCredentials")),
        )

    def preflight(self, origin: str, method: str) -> list[tuple[str, str]]:
        """The headers of a preflight's answer; none of them for an origin or a method that is not allowed."""
        allowed = not self.methods or "*" in self.methods or method.upper() in self.methods
        if not self._allows(origin) or not allowed:
            return []
        added = self._origin(origin)
        if self.methods:
            added.append(("Access-Control-Allow-Methods", ",".join(self.methods)))
        if self.headers:
            added.append(("Access-Control-Allow-Headers", ",".join(self.headers)))
        if self.max_age is not None:
            added.append(("Access-Control-Max-Age", str(self.max_age)))
        return added

    def response(self, origin: str | None) -> list[tuple[str, str]]:
        """What is added to a function's response."""
        if origin is None or not self._allows(origin):
            return []
        exposed = [("Access-Control-Expose-Headers", ",".join(self.exposed))] if self.exposed else []
        return [*self._origin(origin), *exposed]

    def _allows(self, origin: str) -> bool:
        return "*" in self.origins or any(allowed.lower() == origin.lower() for allowed in self.origins)

    def _origin(self, origin: str) -> list[tuple[str, str]]:
        if self.credentials:  # browsers take no wildcard with credentials
            return [
                ("Access-Control-Allow-Origin", origin),
                ("Access-Control-Allow-Credentials", "true"),
                ("Vary", "Origin"),
            ]
        if "*" in self.origins:
            return [("Access-Control-Allow-Origin", "*")]
        return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]


def without_cors(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A function's own headers, where the configuration speaks in its place."""
    return [(name, value) for name, value in headers if name.lower() not in _CONFIGURED]
