"""Whether a function's role may read a stream. Reference: Lambda Developer Guide (execution role permissions)."""

from __future__ import annotations

from typing import Final

from gatelet.identity.authorization import Authorizer, CannotAssume

_ACTIONS: Final = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_LAMBDA: Final = "lambda.amazonaws.com"


def may_read(authorizer: Authorizer, role_arn: str, function_arn: str, stream_arn: str) -> bool:
    """Whether the role lets Lambda in, and its policies allow what reading the stream takes."""
    account, name = stream_arn.split(":")[4], function_arn.split(":")[6]
    try:
        session = authorizer.assume(role_arn, _LAMBDA, name, source_arn=function_arn, source_account=account)
    except CannotAssume:
        return False
    return all(authorizer.authorize(session, f"dynamodb:{action}", stream_arn).allowed for action in _ACTIONS)


def refusal(stream_arn: str) -> str:
    """AWS's text."""
    return (
        f"Cannot access stream {stream_arn}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    )
