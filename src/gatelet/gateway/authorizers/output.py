"""What a Lambda authorizer's function answers, checked and compiled. Pure.

Exception
└── InvalidOutput    500 AuthorizerConfigurationException; the text is the execution log's

Reference: apigateway-authorization-limits sections 4.5 and 4.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gatelet.policy.asked import Asked
from gatelet.policy.combine import Grants, Named, Verdict, combine
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import Policy, compile_policy
from gatelet.policy.kind import Kind

USAGE_IDENTIFIER_KEY = "usageIdentifierKey"
"""What an authorizer names the caller's API key by."""
_RESOURCE_CHARACTERS = 512
_REMEMBERED = 16
_REMEMBERED_CHARACTERS = 256
"""Of an ARN: what callers choose must not fill the memory."""


class InvalidOutput(Exception):
    """The function's answer is no authorizer's."""


@dataclass(frozen=True, slots=True)
class AuthorizerOutput:
    """A policy, and who it is about."""

    principal_id: str
    policy: Policy
    document: Mapping[str, Any]
    context: Mapping[str, str]
    """Its values as they arrive: as text."""
    usage_key: str | None
    size: int
    """Bytes, as the function gave it."""
    plain: bool = False
    """Whether the policy says the same of a method whatever the request: no condition, no policy variable."""
    verdicts: dict[str, Verdict] = field(default_factory=dict, compare=False, repr=False)
    """Of a plain policy: what it said of methods, by ARN."""

    def verdict(self, arn: str, action: str) -> Verdict:
        """What a plain policy says of a method; remembered, for callers come again and again."""
        found = self.verdicts.get(arn)
        if found is None:
            found = combine(Asked(action, arn, {}), Grants((Named("authorizer", self.policy),)))
            if len(self.verdicts) >= _REMEMBERED:
                self.verdicts.clear()
            if len(arn) <= _REMEMBERED_CHARACTERS:
                self.verdicts[arn] = found
        return found


def read_output(payload: bytes) -> AuthorizerOutput:
    """The function's answer. Raises InvalidOutput."""
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise InvalidOutput(f"Invalid JSON in response: {error}") from error
    if not isinstance(answer, dict):
        raise InvalidOutput("Could not parse policy")
    principal = answer.get("principalId")
    if not isinstance(principal, str) or not principal:
        raise InvalidOutput("The response has no principalId")
    document = answer.get("policyDocument")
    if document is None:
        raise InvalidOutput("Could not parse policy")
    usage_key = answer.get(USAGE_IDENTIFIER_KEY)
    policy = _policy(document)
    return AuthorizerOutput(
        principal_id=principal,
        policy=policy,
        document=document,
        context=_context(answer.get("context")),
        usage_key=usage_key if isinstance(usage_key, str) else None,
        size=len(payload),
        plain=not policy.condition_keys() and b"${" not in orjson.dumps(document),
    )


def _policy(document: Any) -> Policy:
    try:
        statements = document["Statement"]
        listed = [statements] if isinstance(statements, dict) else list(statements)
        for statement in listed:
            _check_resources(statement)
        return compile_policy(listed, kind=Kind.IDENTITY, version=document.get("Version", "2012-10-17"))
    except (LookupError, TypeError, AttributeError, MalformedPolicy) as error:
        raise InvalidOutput("Unable to parse given policy") from error


def _check_resources(statement: Mapping[str, Any]) -> None:
    resources = statement.get("Resource") or []
    for resource in [resources] if isinstance(resources, str) else resources:
        if len(resource) > _RESOURCE_CHARACTERS:
            raise InvalidOutput("Unable to parse given policy")


def _context(given: Any) -> dict[str, str]:
    """Strings, numbers and booleans, all as text; anything nested is refused."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise InvalidOutput("Invalid JSON in response: the context is not a map")
    context = {}
    for name, value in given.items():
        if isinstance(value, str):
            context[name] = value
        elif isinstance(value, bool | int | float):
            context[name] = orjson.dumps(value).decode()
        else:
            kind = "START_ARRAY" if isinstance(value, list) else "START_OBJECT"
            token = "VALUE_NULL" if value is None else kind
            raise InvalidOutput(
                f"Invalid JSON in response: Can not deserialize instance of java.lang.String out of {token} token"
            )
    return context
