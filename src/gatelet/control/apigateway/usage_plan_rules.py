"""What a usage plan may be, as pure rules. Reference: apigateway-control-plane section 8."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite, nan
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.errors import BadRequest, LimitExceeded, NotFound
from gatelet.control.apigateway.patching import (
    Edit,
    Row,
    Setter,
    Table,
    clear,
    in_table_words,
    set_required_text,
    set_text,
)
from gatelet.counters.periods import PERIODS
from gatelet.gateway.document import QUOTA_SINCE

UsagePlan = dict[str, Any]


def new_usage_plan(plan_id: str, request: Mapping[str, Any], now: int) -> UsagePlan:
    """A plan with its defaults. Raises BadRequest."""
    if not request["name"]:
        raise BadRequest("Usage Plan name cannot be empty.")
    plan: UsagePlan = {"id": plan_id, "name": request["name"], "apiStages": []}
    if request.get("description"):
        plan["description"] = request["description"]
    if request.get("throttle"):
        plan["throttle"] = throttle_of(request["throttle"])
    if request.get("quota"):
        given = request["quota"]
        for member in ("limit", "period"):
            if given.get(member) is None:
                raise BadRequest(f"Usage Plan quota {member} must be specified.")
        plan["quota"] = quota_of(given["limit"], given.get("offset") or 0, given["period"]) | {QUOTA_SINCE: now}
    if request.get("tags"):
        plan["tags"] = request["tags"]
    return plan


def throttle_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Throttle settings: the members that were given. Raises BadRequest."""
    throttle: dict[str, Any] = {}
    if given.get("burstLimit") is not None:
        throttle["burstLimit"] = int(given["burstLimit"])
    if given.get("rateLimit") is not None:
        throttle["rateLimit"] = float(given["rateLimit"])
    if not all(0 <= limit < inf for limit in throttle.values()):
        raise BadRequest("Usage Plan throttle limits must not be negative.")
    return throttle


def quota_of(limit: int, offset: int, period: str) -> dict[str, Any]:
    """Quota settings. Raises BadRequest."""
    if period not in PERIODS:
        raise BadRequest(f"Usage Plan quota period must be one of: {', '.join(PERIODS)}.")
    if limit < 0 or offset < 0:
        raise BadRequest("Usage Plan quota limit and offset must not be negative.")
    return {"limit": limit, "offset": offset, "period": period}


def api_stage(value: str | None) -> tuple[str, str]:
    """API id and stage name of ``{apiId}:{stage}``. Raises BadRequest."""
    api_id, colon, stage = (value or "").partition(":")
    if not (api_id and colon and stage):
        raise BadRequest("Invalid API Stage specified")
    return api_id, stage


def no_such_stage(plan_id: str, api_id: str, stage: str) -> NotFound:
    """The plan names a stage that does not exist."""
    return NotFound(f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {plan_id}")


def new_api_stage(given: Mapping[str, Any]) -> dict[str, Any]:
    """A stage of a plan that is created. Raises BadRequest."""
    if not given.get("apiId") or not given.get("stage"):
        # AWS shows its format string here (section 8)
        raise BadRequest("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
    stage: dict[str, Any] = {"apiId": given["apiId"], "stage": given["stage"]}
    if given.get("throttle"):
        stage["throttle"] = {key: throttle_of(value) for key, value in given["throttle"].items()}
        check_method_throttles(stage["throttle"])
    return stage


def check_method_throttles(throttles: Mapping[str, Any]) -> None:
    """Keys are ``/users/GET``. Raises BadRequest, LimitExceeded."""
    if len(throttles) > quotas.METHOD_THROTTLES_PER_STAGE:
        raise LimitExceeded(f"At most {quotas.METHOD_THROTTLES_PER_STAGE} methods of a stage can have a throttle.")
    for key in throttles:
        path, _, verb = key.rpartition("/")
        if not key.startswith("/") or not verb.isupper() or (path and not path.startswith("/")):
            raise BadRequest(f"Invalid method specified for throttling: {key}")


def shown(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan in a list: without its tags."""
    visible = {member: value for member, value in plan.items() if member != "tags"}
    if "quota" in plan:
        visible["quota"] = {member: value for member, value in plan["quota"].items() if member != QUOTA_SINCE}
    return visible


def shown_alone(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan alone: with its tags, though there be none."""
    return shown(plan) | {"tags": plan.get("tags", {})}


def _find_stage(plan: UsagePlan, value: str | None) -> dict[str, Any]:
    api_id, name = api_stage(value)
    for stage in plan["apiStages"]:
        if (stage["apiId"], stage["stage"]) == (api_id, name):
            found: dict[str, Any] = stage
            return found
    raise no_such_stage(plan["id"], api_id, name)


def _add_stage(plan: dict[str, Any], edit: Edit) -> None:
    api_id, name = api_stage(edit.value)
    if not any((stage["apiId"], stage["stage"]) == (api_id, name) for stage in plan["apiStages"]):
        plan["apiStages"].append({"apiId": api_id, "stage": name})


def _remove_stage(plan: dict[str, Any], edit: Edit) -> None:
    plan["apiStages"].remove(_find_stage(plan, edit.value))


def _number(text: str | None, where: str, kind: type[int | float]) -> Any:
    try:
        number = kind(text or "")
    except ValueError:
        number = nan
    if not isfinite(number) or (
        kind is int and abs(number) >= 2**31
    ):  # JSON cannot hold it, and no bucket could count with it
        raise BadRequest(f"Invalid value for {where}: {text}")
    return number


def _set_throttle(member: str) -> Setter:
    def apply(plan: dict[str, Any], edit: Edit) -> None:
        number = _number(edit.value, edit.path, float if member == "rateLimit" else int)
        plan["throttle"] = throttle_of(plan.get("throttle", {}) | {member: number})

    return apply


def _set_quota(member: str) -> Setter:
    def apply(plan: dict[str, Any], edit: Edit) -> None:
        value = edit.value if member == "period" else _number(edit.value, edit.path, int)
        quota = {"limit": 0, "offset": 0, "period": "DAY"} | plan.get("quota", {}) | {member: value}
        plan["quota"] = quota_of(quota["limit"], quota["offset"], quota["period"])

    return apply


def _set_method_throttle(plan: dict[str, Any], edit: Edit) -> None:
    stage_name, path, verb, member = edit.names
    stage = _find_stage(plan, stage_name)
    if member not in {"rateLimit", "burstLimit"}:
        raise BadRequest(f"Invalid patch path {edit.path}")
    throttles = stage.setdefault("throttle", {})
    key = f"{'' if path == '/' else path}/{verb}"
    number = _number(edit.value, edit.path, float if member == "rateLimit" else int)
    throttles[key] = throttle_of(throttles.get(key, {}) | {member: number})
    check_method_throttles(throttles)


def _remove_method_throttle(plan: dict[str, Any], edit: Edit) -> None:
    stage_name, path, verb = edit.names[:3]
    stage = _find_stage(plan, stage_name)
    key = f"{'' if path == '/' else path}/{verb}"
    if key not in stage.get("throttle", {}):
        raise NotFound(f"Invalid method specified for throttling: {key}")
    del stage["throttle"][key]
    if not stage["throttle"]:
        del stage["throttle"]


_METHOD = "/apiStages/{apiId:stage}/throttle/{path}/{method}"
TABLE = Table(
    rows=(
        Row("/name", {"replace": set_required_text("name")}),
        Row("/description", {"replace": set_text("description")}),
        Row("/productCode", {"replace": set_text("productCode"), "remove": clear("productCode")}),
        Row("/throttle/rateLimit", {"add": _set_throttle("rateLimit"), "replace": _set_throttle("rateLimit")}),
        Row("/throttle/burstLimit", {"add": _set_throttle("burstLimit"), "replace": _set_throttle("burstLimit")}),
        Row("/throttle", {"remove": clear("throttle")}),
        Row("/quota/limit", {"add": _set_quota("limit"), "replace": _set_quota("limit")}),
        Row("/quota/offset", {"add": _set_quota("offset"), "replace": _set_quota("offset")}),
        Row("/quota/period", {"add": _set_quota("period"), "replace": _set_quota("period")}),
        Row("/quota", {"remove": clear("quota")}),
        Row("/apiStages", {"add": _add_stage, "remove": _remove_stage}),
        Row(f"{_METHOD}/{{limit}}", {"add": _set_method_throttle, "replace": _set_method_throttle}),
        Row(_METHOD, {"remove": _remove_method_throttle}),
    ),
    refuse=in_table_words,
)
