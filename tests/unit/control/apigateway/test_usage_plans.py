"""UsagePlan, UsagePlanKey, GetUsage and UpdateUsage. control plane 8, authorization limits 8."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gatelet.counters.periods import period_at

NOW = 1_767_225_600.25
"""Thursday, 2026-01-01T00:00:00.250Z"""
NO_PLAN = ("NotFoundException", "Invalid Usage Plan ID specified")
QUOTA = {"limit": 10, "period": "DAY"}


def bad_request(message):
    return "BadRequestException", message


@pytest.fixture
def stage(plane, api):
    """``{api}:prod``: a stage to make plans for."""
    names = api.method()
    plane("PutIntegration", **names, type="MOCK")
    plane("CreateDeployment", restApiId=api.id, stageName="prod")
    return f"{api.id}:prod"


def plan_of(plane, stage=None, **params):
    plan = plane("CreateUsagePlan", name="gold", **params)
    if stage is not None:
        plane.patch("UpdateUsagePlan", ("add", "/apiStages", stage), usagePlanId=plan["id"])
    return plan["id"]


def charge(plane, plan_id, key_id, times, quota=QUOTA):
    """What the data plane does when it admits a request."""

    async def spend():
        for _ in range(times):
            period = period_at(quota["period"], NOW)
            meter = f"{plane.account}/us-east-1/{plan_id}/{key_id}"
            assert await plane.ports.quotas.charge(meter, quota["limit"], period)

    plane._runner.run(spend())


def test_create_and_defaults(plane, api, stage):
    plan = plane(
        "CreateUsagePlan",
        name="gold",
        description="d",
        apiStages=[{"apiId": api.id, "stage": "prod", "throttle": {"/users/GET": {"rateLimit": 1, "burstLimit": 2}}}],
        throttle={"rateLimit": 2, "burstLimit": 5},
        quota=QUOTA,
    )
    assert plan == {
        "id": plan["id"],
        "name": "gold",
        "description": "d",
        "apiStages": [
            {"apiId": api.id, "stage": "prod", "throttle": {"/users/GET": {"rateLimit": 1.0, "burstLimit": 2}}}
        ],
        "throttle": {"rateLimit": 2.0, "burstLimit": 5},
        "quota": {"limit": 10, "offset": 0, "period": "DAY"},
    }
    assert plane("GetUsagePlan", usagePlanId=plan["id"]) == plan | {"tags": {}}
    assert plane("GetUsagePlans") == {"items": [plan]}


def test_an_id_can_be_pinned_once(plane):
    assert plane("CreateUsagePlan", name="gold", tags={"_custom_id_": "gold"})["id"] == "gold"
    refused = plane.fails("CreateUsagePlan", name="other", tags={"_custom_id_": "gold"})
    assert refused == ("ConflictException", "Usage Plan already exists")
    assert plane("GetUsagePlan", usagePlanId="gold")["name"] == "gold"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"quota": {"limit": 1, "period": "YEAR"}}, "Usage Plan quota period must be one of: DAY, WEEK, MONTH."),
        ({"quota": {"period": "DAY"}}, "Usage Plan quota limit must be specified."),
        ({"quota": {"limit": 1}}, "Usage Plan quota period must be specified."),
        (
            {"quota": {"limit": -1, "period": "DAY"}},
            "Usage Plan quota limit and offset must not be negative.",
        ),
        ({"throttle": {"rateLimit": -1.0}}, "Usage Plan throttle limits must not be negative."),
        ({"throttle": {"rateLimit": float("inf")}}, "Usage Plan throttle limits must not be negative."),
        ({"throttle": {"rateLimit": float("nan")}}, "Usage Plan throttle limits must not be negative."),
        ({"name": ""}, "Usage Plan name cannot be empty."),
        (
            {"apiStages": [{"apiId": "", "stage": "prod"}]},
            "Invalid API Stage {api: %s, stage: %s} specified for usageplan %s",
        ),
    ],
)
def test_what_a_plan_may_not_be(plane, params, expected):
    assert plane.fails("CreateUsagePlan", **{"name": "gold", **params}) == bad_request(expected)


def test_stages_must_exist(plane, api):
    code, message = plane.fails("CreateUsagePlan", name="gold", apiStages=[{"apiId": api.id, "stage": "prod"}])
    assert code == "NotFoundException"
    assert message.startswith(f"Invalid API Stage {{api: {api.id}, stage: prod}} specified for usageplan ")
    plan = plan_of(plane)
    assert plane.patch_fails("UpdateUsagePlan", ("add", "/apiStages", f"{api.id}:none"), usagePlanId=plan) == (
        "NotFoundException",
        f"Invalid API Stage {{api: {api.id}, stage: none}} specified for usageplan {plan}",
    )
    for garbled in (None, "", "x", ":prod", f"{api.id}:"):
        assert plane.patch_fails("UpdateUsagePlan", ("add", "/apiStages", garbled), usagePlanId=plan) == bad_request(
            "Invalid API Stage specified"
        )


def test_patch(plane, stage):
    plan = plan_of(plane)
    patched = plane.patch(
        "UpdateUsagePlan",
        ("replace", "/name", "silver"),
        ("replace", "/description", "d"),
        ("replace", "/productCode", "p"),
        ("replace", "/throttle/rateLimit", "2"),
        ("replace", "/throttle/burstLimit", "3"),
        ("replace", "/quota/limit", "7"),
        ("replace", "/quota/period", "MONTH"),
        ("replace", "/quota/offset", "2"),
        ("add", "/apiStages", stage),
        ("add", f"/apiStages/{stage}/throttle/~1users/GET/rateLimit", "4.5"),
        ("add", f"/apiStages/{stage}/throttle/~1users/GET/burstLimit", "6"),
        usagePlanId=plan,
    )
    api_id, name = stage.split(":")
    assert patched == {
        "id": plan,
        "name": "silver",
        "description": "d",
        "productCode": "p",
        "throttle": {"rateLimit": 2.0, "burstLimit": 3},
        "quota": {"limit": 7, "offset": 2, "period": "MONTH"},
        "apiStages": [
            {"apiId": api_id, "stage": name, "throttle": {"/users/GET": {"rateLimit": 4.5, "burstLimit": 6}}}
        ],
        "tags": {},
    }
    bare = plane.patch(
        "UpdateUsagePlan",
        ("remove", f"/apiStages/{stage}/throttle/~1users/GET", None),
        ("remove", "/throttle", None),
        ("remove", "/quota", None),
        usagePlanId=plan,
    )
    assert "throttle" not in bare
    assert "quota" not in bare
    assert bare["apiStages"] == [{"apiId": api_id, "stage": name}]
    assert plane.patch("UpdateUsagePlan", ("remove", "/apiStages", stage), usagePlanId=plan)["apiStages"] == []


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "/quota/limit", "many"),
        ("replace", "/throttle/rateLimit", ""),
        ("replace", "/throttle/rateLimit", "nan"),
        ("replace", "/throttle/rateLimit", "Infinity"),
        ("replace", "/throttle/burstLimit", "-1"),
        ("replace", "/throttle/burstLimit", "9" * 30),
        ("replace", "/quota/limit", "9" * 30),
        ("replace", "/quota/period", "YEAR"),
        ("replace", "/shoe", "x"),
        ("remove", "/name", None),
        ("replace", "/name", ""),
    ],
)
def test_patch_refuses(plane, operation):
    plan = plan_of(plane)
    assert plane.patch_fails("UpdateUsagePlan", operation, usagePlanId=plan)[0] == "BadRequestException"


def test_a_plan_with_stages_stays(plane, stage):
    plan = plan_of(plane, stage)
    code, message = plane.fails("DeleteUsagePlan", usagePlanId=plan)
    assert (code, message[:54]) == (
        "BadRequestException",
        f"Cannot delete usage plan {plan}. UsagePlan has API stages"[:54],
    )
    plane.patch("UpdateUsagePlan", ("remove", "/apiStages", stage), usagePlanId=plan)
    plane("DeleteUsagePlan", usagePlanId=plan)
    for operation in ("GetUsagePlan", "UpdateUsagePlan", "DeleteUsagePlan"):
        assert plane.fails(operation, usagePlanId=plan) == NO_PLAN


def test_keys_of_a_plan(plane):
    plan = plan_of(plane)
    key = plane("CreateApiKey", name="mobile")
    shown = {"id": key["id"], "type": "API_KEY", "value": key["value"], "name": "mobile"}
    member = {"usagePlanId": plan, "keyId": key["id"]}
    assert plane("CreateUsagePlanKey", **member, keyType="API_KEY") == shown
    assert plane("GetUsagePlanKey", **member) == shown
    assert plane("GetUsagePlanKeys", usagePlanId=plan) == {"items": [shown]}
    assert plane("GetUsagePlanKeys", usagePlanId=plan, nameQuery="mob") == {"items": [shown]}
    assert plane("GetUsagePlanKeys", usagePlanId=plan, nameQuery="web") == {"items": []}
    assert plane("GetUsagePlanKeys", usagePlanId="none") == {"items": []}
    assert [found["id"] for found in plane("GetUsagePlans", keyId=key["id"])["items"]] == [plan]
    assert plane.fails("CreateUsagePlanKey", **member, keyType="API_KEY")[0] == "ConflictException"
    plane("DeleteUsagePlanKey", **member)
    assert plane.fails("GetUsagePlanKey", **member)[0] == "NotFoundException"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"usagePlanId": "none"}, NO_PLAN),
        ({"keyId": "none"}, ("NotFoundException", "Invalid API Key identifier specified")),
        ({"keyType": "TOKEN"}, ("BadRequestException", "Invalid UsagePlan Key type specified")),
    ],
)
def test_what_cannot_be_put_into_a_plan(plane, changes, expected):
    member = {"usagePlanId": plan_of(plane), "keyId": plane("CreateApiKey")["id"], "keyType": "API_KEY"}
    assert plane.fails("CreateUsagePlanKey", **member | changes) == expected


def test_a_key_has_one_plan_for_a_stage(plane, stage):
    """authorization limits 7: a key may be in several plans but only one plan per stage."""
    key = plane("CreateApiKey")["id"]
    first, second = plan_of(plane, stage), plan_of(plane)
    for plan in (first, second):
        plane("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    assert plane.patch_fails("UpdateUsagePlan", ("add", "/apiStages", stage), usagePlanId=second)[0] == (
        "ConflictException"
    )
    third = plan_of(plane, stage)
    assert plane.fails("CreateUsagePlanKey", usagePlanId=third, keyId=key, keyType="API_KEY")[0] == "ConflictException"


def test_a_deleted_key_is_in_no_plan(plane):
    plan, key = plan_of(plane), plane("CreateApiKey")["id"]
    plane("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    plane("DeleteApiKey", apiKey=key)
    assert plane("GetUsagePlanKeys", usagePlanId=plan) == {"items": []}


def test_usage_is_told_by_day_and_can_be_extended(plane):
    plan, key = plan_of(plane, quota=QUOTA), plane("CreateApiKey")["id"]
    plane("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    charge(plane, plan, key, 3)
    usage = plane("GetUsage", usagePlanId=plan, startDate="2025-12-31", endDate="2026-01-01")
    assert usage == {
        "usagePlanId": plan,
        "startDate": "2025-12-31",
        "endDate": "2026-01-01",
        "items": {key: [[0, 10], [3, 7]]},
    }
    extended = plane.patch("UpdateUsage", ("replace", "/remaining", "100"), usagePlanId=plan, keyId=key)
    assert extended["items"] == {key: [[3, 100]]}


def test_the_offset_counts_in_the_first_period_alone(plane):
    plan, key = plan_of(plane, quota=QUOTA | {"offset": 4}), plane("CreateApiKey")["id"]
    plane("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    usage = plane("GetUsage", usagePlanId=plan, keyId=key, startDate="2026-01-01", endDate="2026-01-02")
    assert usage["items"] == {key: [[0, 6], [0, 10]]}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("yesterday", "2026-01-01", "Usage date must be in YYYY-MM-DD format"),
        ("2026-01-02", "2026-01-01", "The date range must not exceed 90 days."),
        ("2025-01-01", "2026-01-01", "The date range must not exceed 90 days."),
    ],
)
def test_usage_refuses(plane, start, end, expected):
    plan = plan_of(plane)
    assert plane.fails("GetUsage", usagePlanId=plan, startDate=start, endDate=end) == bad_request(expected)


@pytest.mark.parametrize("value", ["-1", "many", "", None])
def test_remaining_must_be_a_number(plane, value):
    plan, key = plan_of(plane, quota=QUOTA), plane("CreateApiKey")["id"]
    plane("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
    failed = plane.patch_fails("UpdateUsage", ("replace", "/remaining", value), usagePlanId=plan, keyId=key)
    assert failed[0] == "BadRequestException"


@pytest.mark.parametrize(
    ("kind", "day", "start"),
    [
        ("DAY", "2026-01-01", "2026-01-01"),
        ("WEEK", "2026-01-01", "2025-12-28"),
        ("WEEK", "2026-01-04", "2026-01-04"),
        ("WEEK", "2026-01-03", "2025-12-28"),
        ("MONTH", "2026-02-28", "2026-02-01"),
    ],
)
def test_periods_start_at_midnight_utc_weeks_on_sunday_months_on_the_first(kind, day, start):
    """authorization limits 8 ("period")."""
    moment = datetime.fromisoformat(f"{day}T23:59:59+00:00").timestamp()
    period = period_at(kind, moment)
    assert (datetime.fromtimestamp(period.start, UTC).isoformat(), period.day) == (f"{start}T00:00:00+00:00", day)


def test_changes_at_once_lose_nothing(plane):
    """Two plans for one stage at the same time: one of them has the key."""
    key = plane("CreateApiKey")["id"]
    plans = [plan_of(plane) for _ in range(4)]
    plane.together("CreateUsagePlanKey", *({"usagePlanId": plan, "keyId": key, "keyType": "API_KEY"} for plan in plans))
    assert len(plane("GetUsagePlans", keyId=key)["items"]) == 4
