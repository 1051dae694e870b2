"""ApiKey and ImportApiKeys. control plane 8."""

from __future__ import annotations

import pytest

NOW = 1_767_225_600
VALUE = "abcdefghij0123456789"
NO_KEY = ("NotFoundException", "Invalid API Key identifier specified")


def bad_request(message):
    return "BadRequestException", message


def test_a_key_is_disabled_unless_told_and_shows_its_value_once(plane):
    key = plane("CreateApiKey", name="mobile")
    assert key == {
        "id": key["id"],
        "value": key["value"],
        "name": "mobile",
        "enabled": False,
        "createdDate": NOW,
        "lastUpdatedDate": NOW,
        "stageKeys": [],
    }
    assert len(key["id"]) == 10
    assert len(key["value"]) == 40
    hidden = {member: value for member, value in key.items() if member != "value"}
    assert plane("GetApiKey", apiKey=key["id"]) == hidden | {"tags": {}}
    assert plane("GetApiKey", apiKey=key["id"], includeValue=True) == key | {"tags": {}}
    assert plane("GetApiKeys") == {"items": [hidden]}
    assert plane("GetApiKeys", includeValues=True) == {"items": [key]}


def test_an_empty_value_is_drawn_and_an_absent_name_stays_absent(plane):
    key = plane("CreateApiKey", value="", description="", enabled=True, customerId="c-1", tags={"team": "web"})
    assert len(key["value"]) == 40
    assert "name" not in key
    assert (key["enabled"], key["customerId"], key["tags"]) == (True, "c-1", {"team": "web"})


def test_an_id_can_be_pinned(plane):
    assert plane("CreateApiKey", tags={"_custom_id_": "mykey"})["id"] == "mykey"
    assert plane.fails("CreateApiKey", tags={"_custom_id_": "mykey"}) == ("ConflictException", "API Key already exists")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"name": "n" * 1025}, bad_request("Invalid API Key name, can be at most 1024 characters.")),
        ({"value": "v" * 19}, bad_request("API Key value should be at least 20 characters")),
        ({"value": "v" * 129}, bad_request("API Key value exceeds maximum size of 128 characters")),
        ({"description": "d" * 125_001}, bad_request("Invalid API Key description specified.")),
        (
            {"stageKeys": [{"restApiId": "a", "stageName": "s"}]},
            (
                "NotImplementedException",
                "Gatelet does not support stageKeys on an API key (usage plans took their place) yet.",
            ),
        ),
    ],
)
def test_what_a_key_may_not_be(plane, params, expected):
    assert plane.fails("CreateApiKey", **params) == expected


def test_no_two_keys_have_one_value(plane):
    first = plane("CreateApiKey", value=VALUE)
    assert plane.fails("CreateApiKey", value=VALUE) == ("ConflictException", "API Key already exists")
    plane("DeleteApiKey", apiKey=first["id"])
    assert plane("CreateApiKey", value=VALUE)["value"] == VALUE


def test_names_are_looked_for_by_their_beginning(plane):
    for name in ("web", "web-2", "Web", "mobile"):
        plane("CreateApiKey", name=name)
    found = plane("GetApiKeys", nameQuery="web")["items"]
    assert sorted(key["name"] for key in found) == ["web", "web-2"]


def test_customers_and_pages(plane):
    ids = sorted(plane("CreateApiKey", customerId="c")["id"] for _ in range(3))
    plane("CreateApiKey")
    first = plane("GetApiKeys", customerId="c", limit=2)
    second = plane("GetApiKeys", customerId="c", limit=2, position=first["position"])
    assert [key["id"] for key in first["items"] + second["items"]] == ids
    assert "position" not in second


def test_patch(plane):
    key = plane("CreateApiKey", name="old", value=VALUE)
    patched = plane.patch(
        "UpdateApiKey",
        ("replace", "/name", "new"),
        ("replace", "/enabled", "true"),
        ("replace", "/description", "d"),
        ("replace", "/customerId", "c"),
        apiKey=key["id"],
    )
    assert (patched["name"], patched["enabled"], patched["description"], patched["customerId"]) == (
        "new",
        True,
        "d",
        "c",
    )
    assert "value" not in patched
    assert patched["tags"] == {}
    assert plane.patch("UpdateApiKey", ("replace", "/enabled", "not-a-boolean"), apiKey=key["id"])["enabled"] is False
    assert "name" not in plane.patch("UpdateApiKey", ("replace", "/name", ""), apiKey=key["id"])


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            ("add", "/name", "x"),
            "Invalid patch path  '/name' specified for op 'add'. Must be one of: [/stages, /labels]",
        ),
        (
            ("replace", "/value", VALUE),
            (
                "Invalid patch path  '/value' specified for op 'replace'. Must be one of: "
                "[/description, /enabled, /name, /customerId]"
            ),
        ),
    ],
)
def test_patch_refuses(plane, operation, expected):
    key = plane("CreateApiKey")
    assert plane.patch_fails("UpdateApiKey", operation, apiKey=key["id"]) == bad_request(expected)


@pytest.mark.parametrize("operation", ["GetApiKey", "UpdateApiKey", "DeleteApiKey"])
def test_unknown_keys(plane, operation):
    assert plane.fails(operation, apiKey="none") == NO_KEY


def test_import_makes_keys_and_overwrites_those_with_the_same_value(plane):
    plan = plane("CreateUsagePlan", name="gold")
    body = (
        "name,key,description,Enabled,usageplanIds\n"
        f"first,{VALUE},one,TRUE,{plan['id']}\n"
        f'second,{VALUE}x,"two, with a comma",false,"{plan["id"]}, none"\n'
    )
    done = plane("ImportApiKeys", body=body.encode(), format="csv")
    assert done["warnings"] == ["none: Invalid Usage Plan ID specified"]
    first, second = (plane("GetApiKey", apiKey=key, includeValue=True) for key in done["ids"])
    assert (first["name"], first["enabled"], first["value"]) == ("first", True, VALUE)
    assert (second["description"], second["enabled"]) == ("two, with a comma", False)
    assert len(plane("GetUsagePlanKeys", usagePlanId=plan["id"])["items"]) == 2
    again = plane("ImportApiKeys", body=f"Key,Name\n{VALUE},renamed\n".encode(), format="csv")
    assert again == {"ids": [first["id"]], "warnings": []}
    assert plane("GetApiKey", apiKey=first["id"])["name"] == "renamed"


@pytest.mark.parametrize(
    "body", [b"", b"name\nx\n", b"key,name,shoe\n1,2,3\n", b"\xff\xfe", b'name,key\n"open,' + VALUE.encode()]
)
def test_import_refuses_what_is_no_key_file(plane, body):
    code, message = plane.fails("ImportApiKeys", body=body, format="csv")
    assert (code, message[:33]) == ("BadRequestException", "Failed to parse the API Key file:")
