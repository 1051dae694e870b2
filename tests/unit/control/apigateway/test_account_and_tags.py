"""Account and tags. control plane 2, 9 and 12."""

from __future__ import annotations

import pytest

ACCOUNT = {
    "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
    "features": ["UsagePlans"],
    "apiKeyVersion": "4",
}
ROLE = "arn:aws:iam::000000000000:role/gateway-logs"
NO_ARN = ("BadRequestException", "Invalid ARN specified in the request")


def bad_request(message):
    return "BadRequestException", message


def test_the_account(plane):
    assert plane("GetAccount") == ACCOUNT
    assert plane.patch("UpdateAccount", ("replace", "/cloudwatchRoleArn", ROLE)) == {
        **ACCOUNT,
        "cloudwatchRoleArn": ROLE,
    }
    assert plane("GetAccount")["cloudwatchRoleArn"] == ROLE
    assert "cloudwatchRoleArn" not in plane("GetAccount", region="eu-west-1")
    assert plane.patch("UpdateAccount", ("replace", "/cloudwatchRoleArn", "")) == ACCOUNT
    assert plane.patch("UpdateAccount", ("add", "/features", "UsagePlans")) == ACCOUNT


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("replace", "/cloudwatchRoleArn", "nothing"), NO_ARN),
        (("replace", "/cloudwatchRoleArn", "arn:aws:iam::000000000000:user/x"), NO_ARN),
        (("remove", "/features", "UsagePlans"), bad_request("Feature cannot be removed: UsagePlans")),
        (("add", "/features", "Magic"), bad_request("Invalid feature specified: Magic")),
        (
            ("replace", "/throttleSettings", "x"),
            bad_request(
                "Invalid patch path  '/throttleSettings' specified for op 'replace'. "
                "Must be one of: [/cloudwatchRoleArn]"
            ),
        ),
    ],
)
def test_update_account_refuses(plane, operation, expected):
    assert plane.patch_fails("UpdateAccount", operation) == expected


def test_tags_of_an_api(plane, api):
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"
    assert plane("GetTags", resourceArn=arn) == {"tags": {}}
    plane("TagResource", resourceArn=arn, tags={"a": "1", "b": "2"})
    plane("TagResource", resourceArn=arn, tags={"b": "3"})
    assert plane("GetTags", resourceArn=arn) == {"tags": {"a": "1", "b": "3"}}
    assert plane("GetRestApi", restApiId=api.id)["tags"] == {"a": "1", "b": "3"}
    plane("UntagResource", resourceArn=arn.replace("/", "%2F"), tagKeys=["a", "b", "c"])
    assert plane("GetTags", resourceArn=arn) == {"tags": {}}
    assert "tags" not in plane("GetRestApis")["items"][0]


def test_tags_of_a_stage(plane, api):
    api.integrated_method()
    api.deploy(stageName="prod")
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}/stages/prod"
    plane("TagResource", resourceArn=arn, tags={"a": "1"})
    assert plane("GetTags", resourceArn=arn) == {"tags": {"a": "1"}}
    assert plane("GetStage", restApiId=api.id, stageName="prod")["tags"] == {"a": "1"}
    assert plane("GetRestApi", restApiId=api.id)["tags"] == {}
    plane("UntagResource", resourceArn=arn, tagKeys=["a"])
    assert "tags" not in plane("GetStage", restApiId=api.id, stageName="prod")


@pytest.mark.parametrize(
    ("create", "get", "member", "path"),
    [
        ("CreateApiKey", "GetApiKey", "apiKey", "apikeys"),
        ("CreateUsagePlan", "GetUsagePlan", "usagePlanId", "usageplans"),
    ],
)
def test_tags_of_keys_and_plans(plane, create, get, member, path):
    """control plane 9: what is created with tags is tagged and untagged later, too."""
    made = plane(create, name="n", tags={"a": "1"})
    arn = f"arn:aws:apigateway:us-east-1::/{path}/{made['id']}"
    plane("TagResource", resourceArn=arn, tags={"b": "2"})
    assert plane("GetTags", resourceArn=arn) == {"tags": {"a": "1", "b": "2"}}
    assert plane(get, **{member: made["id"]})["tags"] == {"a": "1", "b": "2"}
    too_many = {f"k{n}": "" for n in range(49)}
    assert plane.fails("TagResource", resourceArn=arn, tags=too_many)[0] == "BadRequestException"
    plane("UntagResource", resourceArn=arn, tagKeys=["a", "b", "none"])
    assert plane("GetTags", resourceArn=arn) == {"tags": {}}


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("nothing", NO_ARN),
        ("arn:aws:lambda:us-east-1:000000000000:function:x", NO_ARN),
        ("arn:aws:apigateway:us-east-1::/restapis", NO_ARN),
        ("arn:aws:apigateway:us-east-1::/restapis/x/resources/y", NO_ARN),
        (
            "arn:aws:apigateway:us-east-1::/restapis/nothing",
            ("NotFoundException", "Invalid API identifier specified 000000000000:nothing"),
        ),
        (
            "arn:aws:apigateway:us-east-1::/domainnames/abc",
            ("NotImplementedException", "Gatelet does not support tags on domainnames yet."),
        ),
        ("arn:aws:apigateway:us-east-1::/apikeys/abc/stages/prod", NO_ARN),
        (
            "arn:aws:apigateway:us-east-1::/apikeys/abc",
            ("NotFoundException", "Invalid API Key identifier specified"),
        ),
        (
            "arn:aws:apigateway:eu-west-1::/usageplans/abc",
            ("NotFoundException", "Invalid Usage Plan ID specified"),
        ),
    ],
)
def test_arns_that_name_nothing(plane, api, arn, expected):
    assert plane.fails("GetTags", resourceArn=arn) == expected
    assert plane.fails("TagResource", resourceArn=arn, tags={"a": "1"}) == expected
    assert plane.fails("UntagResource", resourceArn=arn, tagKeys=["a"]) == expected


def test_stages_and_regions_that_do_not_exist(plane, api):
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}/stages/nothing"
    assert plane.fails("TagResource", resourceArn=stage, tags={"a": "1"}) == (
        "NotFoundException",
        "Invalid stage identifier specified",
    )
    elsewhere = f"arn:aws:apigateway:eu-west-1::/restapis/{api.id}"
    assert plane.fails("GetTags", resourceArn=elsewhere)[0] == "NotFoundException"


@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"": "1"}, {"a": None}, {f"k{n}": "" for n in range(51)}])
def test_tags_that_cannot_be(plane, api, tags):
    """control plane 9: at most 50, aws: is reserved."""
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"
    assert plane.fails("TagResource", resourceArn=arn, tags=tags)[0] == "BadRequestException"
