"""One request, as statements see it: prepared once, put to many policies."""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.policy.variables import Context

ARN_COMPONENTS = 6


class Asked:
    """Who asks to do what to which resource, under which circumstances.

    ``service`` is the calling service's name (``apigateway.amazonaws.com``), ``arn`` the caller's ARN
    (that of the session, for a role), ``issuer`` the ARN of the session's role if it is known. Both
    ``service`` and ``arn`` None: an anonymous caller.
    """

    __slots__ = ("action", "action_name", "arn", "components", "context", "issuer", "resource", "service")

    def __init__(
        self,
        action: str,
        resource: str,
        context: Context,
        *,
        service: str | None = None,
        arn: str | None = None,
        issuer: str | None = None,
    ) -> None:
        self.action = action.lower()
        self.action_name = action
        self.resource = resource
        self.components = resource.split(":", ARN_COMPONENTS - 1)
        self.context = context
        self.service = service
        self.arn = arn
        self.issuer = issuer


def context_of(keys: Mapping[str, str | list[str]]) -> Context:
    """The condition keys of a request (names in any case), in the form that policies read."""
    return {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in keys.items()}
