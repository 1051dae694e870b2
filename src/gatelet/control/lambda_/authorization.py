"""What Lambda's operations need. Reference: Service Authorization Reference, "AWS Lambda"; the function's own
policy may grant as well (lambda-control-plane section 8).

A policy is asked about the ARN of what is acted upon, made anew from what the client's spelling was read as:
another spelling must not get around a Deny.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatelet.aws.arn import Arn
from gatelet.control.authorization import Asking, Need
from gatelet.control.lambda_.documents import document_of, function_key, named
from gatelet.control.lambda_.layer_names import parse_version_arn, resolve_layer
from gatelet.control.lambda_.names import LATEST, FunctionName, resolve
from gatelet.control.lambda_.role import LAMBDA
from gatelet.control.operation import Call
from gatelet.control.passing import pass_role
from gatelet.identity.request_keys import resource_tag_keys, tag_keys
from gatelet.policy.combine import Named
from gatelet.policy.evaluate import compile_policy

_ACTIONS: Final[Mapping[str, str]] = {
    "Invoke": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
    "InvokeAsync": "InvokeAsync",
    "GetLayerVersionByArn": "GetLayerVersion",
}
"""Actions that are not named as their operations."""
_NOT_OF_A_FUNCTION: Final = frozenset(
    {"CreateEventSourceMapping", "ListEventSourceMappings", "UpdateEventSourceMapping"}
)
"""They have a FunctionName, and it is not their resource."""


async def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    params = asking.params
    action = f"lambda:{_ACTIONS.get(asking.operation, asking.operation)}"
    keys = tag_keys(params.get("Tags") or {}) if asking.operation in ("CreateFunction", "TagResource") else {}
    if "Resource" in params:
        return [Need(action, _tagged(call, asking.operation, params["Resource"]), keys)]
    if "FunctionName" not in params or asking.operation in _NOT_OF_A_FUNCTION:
        return [Need(action, _other(call, params), keys)]
    name = named(call, params, action.removeprefix("lambda:"))
    record = await call.ports.records.get(function_key(name))
    if record is None:
        found = [Need(action, name.arn, keys)]
    else:
        document = document_of(record)
        policy = document["policies"].get(name.qualifier or LATEST)
        keys = {**keys, **resource_tag_keys(document["tags"])}
        found = [Need(action, name.arn, keys, _policy(name, policy["Statement"] if policy else []))]
    if params.get("Role"):
        found.append(pass_role(params["Role"], LAMBDA))
    return found


def _policy(name: FunctionName, statements: Sequence[Mapping[str, Any]]) -> Named | None:
    return Named(f"the policy of {name.arn}", compile_policy(statements)) if statements else None


def _tagged(call: Call, operation: str, arn: str) -> str:
    """The ARN of what is acted upon, whose partition, region and account may be spelled otherwise than given."""
    kind, _, id_ = Arn.parse(arn).resource.partition(":")
    if kind == "function":
        return resolve(arn, call.scope, action=operation, caller=call.principal.arn).arn
    return _own(call, kind, id_) if kind == "event-source-mapping" else arn


def _other(call: Call, params: Mapping[str, Any]) -> str:
    if params.get("Arn"):
        return parse_version_arn(params["Arn"]).arn
    if params.get("LayerName"):
        layer, version = resolve_layer(call, params["LayerName"]).arn, params.get("VersionNumber")
        return layer if version is None else f"{layer}:{version}"
    return _own(call, "event-source-mapping", params["UUID"]) if params.get("UUID") else "*"


def _own(call: Call, kind: str, id_: str) -> str:
    scope = call.scope
    return f"arn:{scope.partition}:lambda:{scope.region}:{scope.account}:{kind}:{id_}"
