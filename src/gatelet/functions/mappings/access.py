"""Whether a function's role may read a stream, and send to a destination.

Reference: Lambda Developer Guide (execution role permissions).
"""

from __future__ import annotations

from typing import Final

from gatelet.functions.permissions import INVOKE
from gatelet.identity.authorization import Authorizer, CannotAssume
from gatelet.identity.principals import Principal

_ACTIONS: Final = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_LAMBDA: Final = "lambda.amazonaws.com"


def may_read(authorizer: Authorizer, role_arn: str, function_arn: str, stream_arn: str) -> bool:
    """Whether the role lets Lambda in, and its policies allow what reading the stream takes."""
    session = _session(authorizer, role_arn, function_arn, stream_arn)
    if session is None:
        return False
    return all(authorizer.authorize(session, f"dynamodb:{action}", stream_arn).allowed for action in _ACTIONS)


def may_send(authorizer: Authorizer, role_arn: str, function_arn: str, destination_arn: str) -> bool:
    """Whether the role lets Lambda in, and its policies allow to invoke the destination."""
    session = _session(authorizer, role_arn, function_arn, destination_arn)
    return session is not None and authorizer.authorize(session, INVOKE, destination_arn).allowed


def _session(authorizer: Authorizer, role_arn: str, function_arn: str, of: str) -> Principal | None:
    account, name = of.split(":")[4], function_arn.split(":")[6]
    try:
        return authorizer.assume(role_arn, _LAMBDA, name, source_arn=function_arn, source_account=account)
    except CannotAssume:
        return None


def refusal(stream_arn: str) -> str:
    """AWS's text."""
    return (
        f"Cannot access stream {stream_arn}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    )
