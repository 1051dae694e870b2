"""What a session is given when it is made: policies that limit it, and tags. Reference: identity section 3, "STS"."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.iam.documents import check_session_policy
from gatelet.control.operation import Call
from gatelet.identity.principals import Principal


@dataclass(frozen=True, slots=True)
class SessionInput:
    """``policies`` are documents and ARNs; ``packed`` is the share (percent) of what a session may carry."""

    policies: tuple[str, ...]
    tags: Mapping[str, str]
    transitive: tuple[str, ...]
    packed: int | None


def session_input(call: Call, request: Any, account: str) -> SessionInput:
    """The policies and tags of a request for a session in the account. Raises AwsError."""
    policies = tuple(_policies(call, request, account))
    tags, transitive = _tags(call.principal, request)
    if not policies and not request.get("Tags"):
        return SessionInput(policies, tags, transitive, None)
    size = len(zlib.compress(orjson.dumps([policies, tags])))
    if size > quotas.PACKED_SESSION_BYTES or sum(map(len, policies)) > quotas.PACKED_SESSION_BYTES:
        percent = math.ceil(100 * max(size, sum(map(len, policies))) / quotas.PACKED_SESSION_BYTES)
        message = f"Packed size of session tags and policies consumes {percent}% of allotted space."
        raise AwsError("PackedPolicyTooLargeException", message, status=400)
    return SessionInput(policies, tags, transitive, math.ceil(100 * size / quotas.PACKED_SESSION_BYTES))


def _policies(call: Call, request: Any, account: str) -> list[str]:
    policies = []
    if request.get("Policy"):
        check_session_policy(request["Policy"])
        policies.append(request["Policy"])
    arns = [given["arn"] for given in request.get("PolicyArns") or () if given.get("arn")]
    if len(arns) > quotas.SESSION_POLICY_ARNS:
        message = f"Cannot exceed quota for PolicyArns: {quotas.SESSION_POLICY_ARNS}"
        raise AwsError("ValidationException", message, status=400)
    for arn in arns:
        if call.ports.identity.directory.managed_text(arn, account) is None:
            raise AwsError("InvalidParameterValue", f"Policy {arn} does not exist or is not attachable.", status=400)
    return policies + arns


def _tags(caller: Principal, request: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    """The session's tags, those that the caller's session hands on included, and those that it will hand on."""
    given = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}
    if len({key.casefold() for key in given}) != len(request.get("Tags") or ()):
        raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    wanted = tuple(request.get("TransitiveTagKeys") or ())
    known = {key.casefold() for key in given}
    if not {key.casefold() for key in wanted} <= known:
        raise _invalid("The specified transitive tag key must be included in the requested tags.")
    inherited = {key: caller.session_tags[key] for key in caller.transitive_tags if key in caller.session_tags}
    if known & {key.casefold() for key in inherited}:
        raise _invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
    return {**given, **inherited}, (*wanted, *inherited)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message, status=400)
