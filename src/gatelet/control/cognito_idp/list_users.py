"""ListUsers and its filter: ``attribute = "value"``, ``^=`` for a prefix. Reference: Cognito API Reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, cast

from gatelet.control.cognito_idp.documents import Pool, read_pool
from gatelet.control.cognito_idp.errors import InvalidParameter
from gatelet.control.cognito_idp.new_users import shown
from gatelet.control.cognito_idp.paging import after_of, limit_of
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.model import USERS, UserDocument
from gatelet.wire.paging import encode_position

_FILTER: Final = re.compile(r'\s*"?(?P<name>[A-Za-z_:]+)"?\s*(?P<operator>\^?=)\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*')
_NAMES: Final = frozenset(
    {
        "username",
        "email",
        "phone_number",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
        "cognito:user_status",
        "status",
        "sub",
    }
)
_BATCH: Final = 200

Test = Callable[[UserDocument], bool]


@operation("cognito-idp", "ListUsers")
async def list_users(call: Call, request: Request) -> Response:
    """A page of the users that match, ordered by name."""
    pool = await read_pool(call, request["UserPoolId"])
    test = _test(pool, request.get("Filter"))
    wanted = request.get("AttributesToGet")
    limit, after = limit_of(request, "Limit"), after_of(request.get("PaginationToken"))
    users: list[dict[str, Any]] = []
    while rows := await call.ports.records.list(USERS, pool.id, after=after, limit=_BATCH):
        for row in rows:
            document = cast(UserDocument, row.value)
            if not test(document):
                continue
            if len(users) == limit:
                return {"Users": users, "PaginationToken": encode_position(after)}
            users.append(_shown(document, wanted))
            after = row.key.id
        after = rows[-1].key.id
    return {"Users": users}


def _shown(user: UserDocument, wanted: list[str] | None) -> dict[str, Any]:
    answer = shown(user)
    if wanted is not None:
        answer["Attributes"] = [entry for entry in answer["Attributes"] if entry["Name"] in wanted]
    return answer


def _test(pool: Pool, text: str | None) -> Test:
    """What the filter asks. Raises InvalidParameter."""
    if not text:
        return lambda _: True
    found = _FILTER.fullmatch(text)
    if found is None:
        raise InvalidParameter("Error while parsing filter.")
    name = found["name"]
    if name not in _NAMES:
        raise InvalidParameter(f"One or more search attributes are invalid: {name}")
    value = re.sub(r"\\(.)", r"\1", found["value"])
    folds = name in {"username", "email", "preferred_username"}
    wanted = pool.fold(value) if folds else value
    prefix = found["operator"] == "^="

    def test(user: UserDocument) -> bool:
        held = _value(user, name)
        if held is None:
            return False
        held = pool.fold(held) if folds else held
        return held.startswith(wanted) if prefix else held == wanted

    return test


def _value(user: UserDocument, name: str) -> str | None:
    match name:
        case "username":
            return user["username"]
        case "sub":
            return user["sub"]
        case "cognito:user_status":
            return user["status"]
        case "status":
            return "Enabled" if user["enabled"] else "Disabled"
    return user["attributes"].get(name)
