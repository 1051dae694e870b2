"""Where the records of asynchronous invocations may go. Reference: lambda-control-plane section 11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.lambda_.documents import document_of, function_key
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.lambda_.qualifiers import names_something
from gatelet.control.operation import Call
from gatelet.functions.events.permission import may_deliver

_NOT_YET: Mapping[str, str] = {
    "sqs": "SQS queues",
    "sns": "SNS topics",
    "events": "EventBridge buses",
    "s3": "S3 buckets",
}


async def check_destinations(
    call: Call, name: FunctionName, config: Mapping[str, Any], *, role: str | None = None
) -> None:
    """Raises InvalidParameterValue, and NotSupported for what AWS would send records to and Gatelet cannot yet.

    Whether the function's role may invoke the target is asked when there is a record to send, and here of ``role``.
    """
    for member in ("OnSuccess", "OnFailure"):
        arn = (config.get(member) or {}).get("Destination")
        if arn:
            policy = await _check(call, name, arn, config, on_failure=member == "OnFailure")
            if role is not None and not may_deliver(
                call.ports.identity.authorizer, role, name.unqualified_arn, arn, policy
            ):
                raise InvalidParameterValue(
                    f"The function's execution role does not have permissions to call InvokeFunction on {arn}"
                )


async def _check(
    call: Call, name: FunctionName, text: str, config: Mapping[str, Any], *, on_failure: bool
) -> Sequence[dict[str, Any]]:
    """The statements of the target's policy."""
    try:
        arn = Arn.parse(text)
    except InvalidArn:
        raise _invalid(config) from None
    if arn.service in _NOT_YET and (on_failure or arn.service != "s3"):
        raise NotSupported(f"{_NOT_YET[arn.service]} as destinations of asynchronous invocations")
    kind, _, resource = arn.resource.partition(":")
    if arn.service != "lambda" or kind != "function":
        raise _invalid(config)
    target, _, qualifier = resource.partition(":")
    if (arn.account, arn.region) != (call.scope.account, call.scope.region):
        raise InvalidParameterValue(f"The destination ARN {text} is invalid.")
    if target == name.name:
        raise InvalidParameterValue("You can't specify the function as a destination for itself.")
    meant = FunctionName(call.scope, target, qualifier or None)
    record = await call.ports.records.get(function_key(meant))
    if record is None or not await names_something(call.ports, meant, document_of(record)):
        raise InvalidParameterValue(f"The destination ARN {text} is invalid.")
    policy = document_of(record)["policies"].get(qualifier or LATEST)
    return policy["Statement"] if policy else ()


def _invalid(config: Mapping[str, Any]) -> InvalidParameterValue:
    """In the spelling of the service's own object (recorded)."""
    shown = []
    for member in ("OnSuccess", "OnFailure"):
        arn = (config.get(member) or {}).get("Destination")
        lower = member[0].lower() + member[1:]
        shown.append(f"{lower}={member}(destination={arn})" if arn else f"{lower}=null")
    return InvalidParameterValue(f"The provided destination config DestinationConfig({', '.join(shown)}) is invalid.")
