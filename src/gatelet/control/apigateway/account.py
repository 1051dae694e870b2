"""Account: get, update. Reference: apigateway-control-plane section 9."""

from __future__ import annotations

from typing import Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.control.apigateway.editing import collection, write
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.apigateway.patching import Edit, Row, Table, in_table_words
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import ACCOUNT
from gatelet.storage.ports import Key, Put, Record

_USAGE_PLANS = "UsagePlans"


def _key(call: Call) -> Key:
    return collection(call, ACCOUNT).key("account")


async def has_log_role(call: Call) -> bool:
    """Whether the account names the role that logs are written with."""
    record = await call.ports.records.get(_key(call))
    return record is not None and bool(record.value.get("cloudwatchRoleArn"))


def _shown(call: Call, record: Record | None) -> dict[str, Any]:
    throttle = call.ports.account_throttle
    account: dict[str, Any] = {
        "throttleSettings": {"burstLimit": throttle.burst, "rateLimit": throttle.rate},
        "features": [_USAGE_PLANS],
        "apiKeyVersion": "4",
    }
    return account | (record.value if record else {})


@operation("apigateway", "GetAccount")
async def get_account(call: Call, request: Request) -> Response:  # noqa: ARG001 - one signature
    """The account's settings in the region."""
    return _shown(call, await call.ports.records.get(_key(call)))


def _set_role(account: dict[str, Any], edit: Edit) -> None:
    if not edit.value:
        account.pop("cloudwatchRoleArn", None)
        return
    try:
        role = Arn.parse(edit.value)
    except InvalidArn:
        role = None
    if role is None or role.service != "iam" or not role.resource.startswith("role/"):
        raise BadRequest("Invalid ARN specified in the request")
    account["cloudwatchRoleArn"] = edit.value


def _add_feature(account: dict[str, Any], edit: Edit) -> None:  # noqa: ARG001 - one signature
    """Usage plans are always on, and there is no other feature."""
    if edit.value != _USAGE_PLANS:
        raise BadRequest(f"Invalid feature specified: {edit.value}")


def _remove_feature(account: dict[str, Any], edit: Edit) -> None:  # noqa: ARG001 - one signature
    raise BadRequest(f"Feature cannot be removed: {edit.value}")


TABLE = Table(
    rows=(
        Row("/cloudwatchRoleArn", {"replace": _set_role}),
        Row("/features", {"add": _add_feature, "remove": _remove_feature}),
    ),
    refuse=in_table_words,
)


@operation("apigateway", "UpdateAccount")
async def update_account(call: Call, request: Request) -> Response:
    """PATCH the account's settings."""
    key = _key(call)
    async with call.ports.editing.hold(key):
        record = await call.ports.records.get(key)
        settings = dict(record.value) if record else {}
        TABLE.apply(settings, request.get("patchOperations"))
        await write(call, Put(key, settings, expected=record.revision if record else 0))
    return _shown(call, await call.ports.records.get(key))
