"""What a method's authorization compiles to. Part of a Snapshot; never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from gatelet.gateway.authorizers.identity_sources import IdentitySource
from gatelet.gateway.authorizers.token_authorizers import CognitoAuthorizer, JwtAuthorizer
from gatelet.gateway.jsonpath.regex import Regex
from gatelet.gateway.ports import FunctionTarget


@dataclass(frozen=True, slots=True)
class AwsIam:
    """``AWS_IAM``: the request is signed by somebody who may call the method."""


@dataclass(frozen=True, slots=True)
class LambdaAuthorizer:
    """``CUSTOM``: a function answers with a policy."""

    id: str
    target: FunctionTarget
    token: bool
    """TOKEN: one source, whose value goes to the function; else REQUEST: the whole request does."""
    sources: tuple[IdentitySource, ...]
    validation: Regex | None
    """What a token must match, whole."""
    ttl: float
    """Seconds that an answer is kept; 0: never."""
    source_arn: str
    """What the function's policy is asked about: ``.../authorizers/{id}``."""
    role: str | None = None
    """The role that the function is called with (``authorizerCredentials``)."""
    setup: str = field(init=False, compare=False)
    """The function and the sources in one text: what an answer that is kept is an answer to."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "setup", repr((self.target, self.sources)))


@dataclass(frozen=True, slots=True)
class InvalidAuthorization:
    """What stands in place of an authorization that cannot run: the method answers 500, and serves nobody."""

    reason: str


Authorization: TypeAlias = AwsIam | LambdaAuthorizer | CognitoAuthorizer | JwtAuthorizer | InvalidAuthorization
"""None in its place: the method is open, but for the API's resource policy."""
