"""AddPermission's parameters as a statement of a function's policy. Pure.

Reference: lambda-control-plane section 8 (the table of inputs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import compile_policy

_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_CONDITIONS: Sequence[tuple[str, str, str]] = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
)


def statement_of(request: Mapping[str, Any], resource: str, partition: str) -> dict[str, Any]:
    """The statement, its members in AWS's order. Raises InvalidParameterValue."""
    statement: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": principal_of(request["Principal"], partition),
        "Action": request["Action"],
        "Resource": resource,
    }
    conditions = _conditions(request)
    if conditions:
        statement["Condition"] = conditions
    try:
        compile_policy([statement])
    except MalformedPolicy as error:
        raise InvalidParameterValue(f"The statement cannot be evaluated: {error}") from None
    return statement


def principal_of(principal: str, partition: str) -> str | dict[str, str]:
    """The Principal element. Raises InvalidParameterValue for what names nobody."""
    if principal == "*":
        return "*"
    if _ACCOUNT.fullmatch(principal):
        return {"AWS": f"arn:{partition}:iam::{principal}:root"}
    if _SERVICE.fullmatch(principal):
        return {"Service": principal}
    try:
        arn = Arn.parse(principal)
    except InvalidArn:
        arn = None
    if arn is None or arn.service not in ("iam", "sts") or not _ACCOUNT.fullmatch(arn.account) or "*" in principal:
        raise InvalidParameterValue("The provided principal was invalid. Please check the principal and try again.")
    return {"AWS": principal}


def policy_text(statements: Sequence[Mapping[str, Any]]) -> str:
    """The policy document as GetPolicy answers it."""
    return compact({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)})


def compact(value: Mapping[str, Any]) -> str:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _conditions(request: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    conditions: dict[str, dict[str, str]] = {}
    for member, operator, key in _CONDITIONS:
        if request.get(member):
            conditions.setdefault(operator, {})[key] = request[member]
    if request.get("InvokedViaFunctionUrl") is not None:
        via = "true" if request["InvokedViaFunctionUrl"] else "false"
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": via}
    return conditions
