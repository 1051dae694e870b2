"""A key may be in several plans, but of one stage in one plan only. Reference: apigateway-authorization-limits 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.apigateway.errors import Conflict
from gatelet.control.apigateway.plan_records import plans_of
from gatelet.control.operation import Call


async def check_one_plan_per_stage(call: Call, plan: Mapping[str, Any], key_id: str) -> None:
    """Whether the key can be in the plan as it is now. Raises Conflict."""
    wanted = {(stage["apiId"], stage["stage"]) for stage in plan["apiStages"]}
    for other in await plans_of(call, key_id):
        for stage in other.value["apiStages"]:
            if other.key.id != plan["id"] and (stage["apiId"], stage["stage"]) in wanted:
                raise Conflict(
                    f"API Key {key_id} is already associated with the API stage {stage['apiId']}:{stage['stage']} "
                    f"through the usage plan {other.key.id}"
                )
