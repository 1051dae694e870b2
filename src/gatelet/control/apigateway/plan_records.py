"""Where API keys and usage plans are stored, and how they are read and written.

They are edited one at a time in an account and region: which key may be in which plan depends on the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gatelet.control.apigateway.editing import collection
from gatelet.control.apigateway.errors import NotFound
from gatelet.control.operation import Call
from gatelet.gateway.document import API_KEY, API_KEY_VALUE, SERVICE, USAGE_PLAN, USAGE_PLAN_KEY
from gatelet.storage.ports import Key, Record


@asynccontextmanager
async def editing_plans(call: Call) -> AsyncIterator[None]:
    """Hold the keys and plans of the caller's account and region."""
    async with call.ports.editing.hold((SERVICE, USAGE_PLAN, call.scope)):
        yield


def key_key(call: Call, key_id: str) -> Key:
    """Where the API key is."""
    return collection(call, API_KEY).key(key_id)


def value_key(call: Call, value: str) -> Key:
    """What two keys with the same value would both claim."""
    return collection(call, API_KEY_VALUE).key(hashlib.sha256(value.encode()).hexdigest())


def plan_key(call: Call, plan_id: str) -> Key:
    """Where the usage plan is."""
    return collection(call, USAGE_PLAN).key(plan_id)


def member_key(call: Call, plan_id: str, key_id: str) -> Key:
    """Where it stands that the key is in the plan."""
    return collection(call, USAGE_PLAN_KEY).key(f"{plan_id}/{key_id}")


def meter(call: Call, plan_id: str, key_id: str) -> str:
    """The name of what a key has used of a plan."""
    return f"{call.scope.account}/{call.scope.region}/{plan_id}/{key_id}"


def no_such_key() -> NotFound:
    """The answer to an API key that does not exist."""
    return NotFound("Invalid API Key identifier specified")


def no_such_plan() -> NotFound:
    """The answer to a usage plan that does not exist."""
    return NotFound("Invalid Usage Plan ID specified")


async def find_key(call: Call, key_id: str) -> Record:
    """Raises NotFound."""
    record = await call.ports.records.get(key_key(call, key_id))
    if record is None:
        raise no_such_key()
    return record


async def find_plan(call: Call, plan_id: str) -> Record:
    """Raises NotFound."""
    record = await call.ports.records.get(plan_key(call, plan_id))
    if record is None:
        raise no_such_plan()
    return record


async def members(call: Call, plan_id: str | None = None) -> Sequence[Record]:
    """Which keys are in a plan, or in which plans all keys are."""
    return await call.ports.records.list(collection(call, USAGE_PLAN_KEY), plan_id)


async def plans_of(call: Call, key_id: str) -> list[Record]:
    """The plans that a key is in."""
    ids = [member.key.id.partition("/")[0] for member in await members(call) if member.key.id.endswith(f"/{key_id}")]
    found = [await call.ports.records.get(plan_key(call, plan_id)) for plan_id in ids]
    return [plan for plan in found if plan is not None]
