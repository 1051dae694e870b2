"""The functions that a pool calls at certain moments. Reference: Cognito Developer Guide, "Customizing user pool
workflows with Lambda triggers".

A trigger has five seconds and is tried three times; a function's own error reaches the client. The function's
resource policy must allow ``cognito-idp.amazonaws.com`` with the pool's ARN as source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gatelet.aws import quotas
from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.operation import Call
from gatelet.functions.invocation import (
    FunctionNotFound,
    FunctionTarget,
    Invocation,
    InvocationRefused,
    InvocationResult,
    PermissionDenied,
)
from gatelet.identity.user_pools.model import UserDocument, pool_arn

COGNITO: Final = "cognito-idp.amazonaws.com"
_SDK: Final = "aws-sdk-unknown-unknown"


@dataclass(slots=True)
class Event:
    """What a trigger is told beyond the common members."""

    source: str
    client_id: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)
    response: dict[str, Any] = field(default_factory=dict)
    version: str = "1"
    username: str | None = None
    """Where there is no user."""


def has_trigger(pool: Pool, name: str) -> bool:
    """Whether the pool has the trigger."""
    return bool((pool.settings.get("LambdaConfig") or {}).get(name))


async def fire(call: Call, pool: Pool, user: UserDocument | None, name: str, event: Event) -> dict[str, Any]:
    """Call the trigger's function: the ``response`` of what it returns; the event's own if there is no trigger.

    Raises AwsError: UserLambdaValidationException (its own error), UnexpectedLambdaException,
    InvalidLambdaResponseException.
    """
    arn = _arn(pool, name)
    if arn is None:
        return event.response
    payload = orjson.dumps(_payload(pool, user, event))
    result = await _invoke(call, pool, arn, payload, name)
    if result.function_error is not None:
        raise AwsError("UserLambdaValidationException", f"{name} failed with error {_message(result)}.", status=400)
    try:
        answer = orjson.loads(result.payload)
        response = answer["response"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        response = None
    if not isinstance(response, dict):
        raise AwsError("InvalidLambdaResponseException", "Unrecognizable lambda output", status=400)
    return response


def _arn(pool: Pool, name: str) -> str | None:
    config = pool.settings.get("LambdaConfig") or {}
    if name == "PreTokenGeneration":
        newer = (config.get("PreTokenGenerationConfig") or {}).get("LambdaArn")
        return newer or config.get(name)
    found: str | None = config.get(name)
    return found


def _payload(pool: Pool, user: UserDocument | None, event: Event) -> dict[str, Any]:
    attributes: dict[str, str] = {}
    username = event.username
    if user is not None:
        username = user["username"]
        attributes = {"sub": user["sub"], **user["attributes"], "cognito:user_status": user["status"]}
    request = {"userAttributes": attributes, **event.request}
    if event.metadata:
        request.setdefault("clientMetadata", dict(event.metadata))
    return {
        "version": event.version,
        "region": pool.scope.region,
        "userPoolId": pool.id,
        "userName": username,
        "callerContext": {"awsSdkVersion": _SDK, "clientId": event.client_id or "CLIENT_ID_NOT_APPLICABLE"},
        "triggerSource": event.source,
        "request": request,
        "response": event.response,
    }


async def _invoke(call: Call, pool: Pool, arn: str, payload: bytes, name: str) -> InvocationResult:
    clock, ids = call.ports.clock, call.ports.ids
    target = _target(arn)
    for attempt in range(1, quotas.TRIGGER_ATTEMPTS + 1):
        invocation = Invocation(
            target=target,
            payload=payload,
            request_id=ids.uuid(),
            trace_id=ids.trace_id(clock.now()),
            source_arn=pool_arn(pool.scope, pool.id),
            source_account=pool.scope.account,
            source_service=COGNITO,
            abandon_at=clock.monotonic() + quotas.TRIGGER_SECONDS,
        )
        try:
            return await call.ports.functions.invoke(invocation)
        except PermissionDenied:
            raise AwsError(
                "UnexpectedLambdaException",
                f"{name} invocation failed due to error AccessDeniedException.",
                status=400,
            ) from None
        except InvocationRefused as refused:
            if attempt == quotas.TRIGGER_ATTEMPTS or isinstance(refused, FunctionNotFound):
                kind = type(refused).__name__
                raise AwsError(
                    "UnexpectedLambdaException", f"{name} invocation failed due to error {kind}.", status=400
                ) from refused
    raise AssertionError("the last attempt returns or raises")


def _target(arn: str) -> FunctionTarget:
    try:
        parsed = Arn.parse(arn)
    except InvalidArn:
        parsed = None
    parts = [] if parsed is None else parsed.resource.split(":")
    if parsed is None or len(parts) not in {2, 3} or parts[0] != "function":
        raise AwsError("UnexpectedLambdaException", f"{arn} is not the ARN of a function.", status=400)
    return FunctionTarget(parsed.account, parsed.region, parts[1], parts[2] if len(parts) == 3 else None)


def _message(result: InvocationResult) -> str:
    try:
        error = orjson.loads(result.payload)
    except orjson.JSONDecodeError:
        return "unknown"
    message = error.get("errorMessage") if isinstance(error, dict) else None
    return str(message).rstrip(".")
