"""Authorizer, the methods that name one, and the resource policy. control plane 7, authorization limits 2 and 4.1."""

from __future__ import annotations

import json

import pytest

URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:guard/invocations"
)
HEADER = "method.request.header.Authorization"
TOKEN = {"name": "guard", "type": "TOKEN", "authorizerUri": URI, "identitySource": HEADER}
REQUEST = {**TOKEN, "type": "REQUEST", "identitySource": f"{HEADER},method.request.querystring.q, context.path"}
NO_AUTHORIZER = ("NotFoundException", "Invalid Authorizer identifier specified")
INVALID_POLICY = (
    "BadRequestException",
    "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.",
)


def made(plane, api, **changes):
    return plane("CreateAuthorizer", restApiId=api.id, **TOKEN | changes)


def test_create_echoes_what_was_given(plane, api):
    """The TTL is absent when not given (effective 300)."""
    authorizer = made(plane, api)
    assert authorizer == {"id": authorizer["id"], "authType": "custom", **TOKEN}
    assert len(authorizer["id"]) == 6
    names = {"restApiId": api.id, "authorizerId": authorizer["id"]}
    assert plane("GetAuthorizer", **names) == authorizer
    assert plane("GetAuthorizers", restApiId=api.id) == {"items": [authorizer]}


def test_a_request_authorizer_takes_several_sources(plane, api):
    authorizer = plane("CreateAuthorizer", restApiId=api.id, **REQUEST, authorizerResultTtlInSeconds=60)
    assert (authorizer["identitySource"], authorizer["authorizerResultTtlInSeconds"]) == (REQUEST["identitySource"], 60)
    bare = {"name": "bare", "type": "REQUEST", "authorizerUri": URI, "authorizerResultTtlInSeconds": 0}
    assert "identitySource" not in plane("CreateAuthorizer", restApiId=api.id, **bare)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"name": ""}, "BadRequestException", "name cannot be empty"),
        ({"authorizerUri": None}, "BadRequestException", "Invalid Authorizer URI"),
        ({"authorizerUri": "arn:aws:apigateway:us-east-1:s3:path/b"}, "BadRequestException", "Invalid Authorizer URI"),
        ({"identitySource": None}, "BadRequestException", "must be one header"),
        ({"identitySource": f"{HEADER},{HEADER}2"}, "BadRequestException", "must be one header"),
        ({"identitySource": "method.request.querystring.q"}, "BadRequestException", "must be one header"),
        ({"identitySource": "method.request.path.id"}, "BadRequestException", "Invalid mapping expression"),
        ({"type": "REQUEST", "identitySource": None}, "BadRequestException", "are required for a REQUEST"),
        ({"identityValidationExpression": "("}, "BadRequestException", "Invalid identity validation expression"),
        ({"authorizerResultTtlInSeconds": 3601}, "BadRequestException", "between 0 and 3600"),
        ({"authorizerResultTtlInSeconds": -1}, "BadRequestException", "between 0 and 3600"),
        ({"authorizerCredentials": "arn:aws:iam::000000000000:user/u"}, "BadRequestException", "Invalid ARN"),
        ({"authorizerCredentials": "role"}, "BadRequestException", "Invalid ARN"),
    ],
)
def test_what_an_authorizer_may_not_be(plane, api, changes, code, words):
    given = {member: value for member, value in (TOKEN | changes).items() if value is not None}
    failed = plane.fails("CreateAuthorizer", restApiId=api.id, **given)
    assert failed[0] == code
    assert words in failed[1]


def test_unknown_apis_and_authorizers(plane, api):
    conflict = "Unable to complete operation due to concurrent modification. Please try again later."
    assert plane.fails("CreateAuthorizer", restApiId="none", **TOKEN) == ("ConflictException", conflict)
    names = {"restApiId": api.id, "authorizerId": "none"}
    for operation in ("GetAuthorizer", "UpdateAuthorizer", "DeleteAuthorizer"):
        assert plane.fails(operation, **names) == NO_AUTHORIZER


def test_names_are_unique_and_ten_is_the_most(plane, api):
    made(plane, api)
    assert plane.fails("CreateAuthorizer", restApiId=api.id, **TOKEN) == (
        "BadRequestException",
        "Authorizer name must be unique. Authorizer guard already exists in this RestApi.",
    )
    for number in range(9):
        made(plane, api, name=f"guard-{number}")
    failed = plane.fails("CreateAuthorizer", restApiId=api.id, **TOKEN | {"name": "one too many"})
    assert failed[0] == "LimitExceededException"


def test_patch(plane, api):
    names = {"restApiId": api.id, "authorizerId": made(plane, api)["id"]}
    patched = plane.patch(
        "UpdateAuthorizer",
        ("replace", "/name", "other"),
        ("replace", "/type", "REQUEST"),
        ("replace", "/identitySource", "method.request.querystring.q"),
        ("replace", "/authorizerResultTtlInSeconds", "5"),
        ("replace", "/identityValidationExpression", "x.*"),
        **names,
    )
    assert {k: patched[k] for k in ("name", "type", "identitySource", "authorizerResultTtlInSeconds")} == {
        "name": "other",
        "type": "REQUEST",
        "identitySource": "method.request.querystring.q",
        "authorizerResultTtlInSeconds": 5,
    }
    for wrong in (
        ("replace", "/authorizerResultTtlInSeconds", "soon"),
        ("replace", "/identitySource", "nowhere"),
        ("replace", "/name", ""),
        ("replace", "/shoe", "x"),
        ("remove", "/name", None),
    ):
        assert plane.patch_fails("UpdateAuthorizer", wrong, **names)[0] == "BadRequestException"
    add = ("add", "/providerARNs", "arn:aws:cognito-idp:us-east-1:000000000000:userpool/p")
    assert plane.patch_fails("UpdateAuthorizer", add, **names)[0] == "BadRequestException"  # not a Lambda authorizer's


def test_a_method_has_an_authorizer_that_exists(plane, api):
    authorizer = made(plane, api)["id"]
    method = plane(
        "PutMethod",
        restApiId=api.id,
        resourceId=api.root,
        httpMethod="GET",
        authorizationType="CUSTOM",
        authorizerId=authorizer,
    )
    assert (method["authorizationType"], method["authorizerId"]) == ("CUSTOM", authorizer)
    names = {"restApiId": api.id, "authorizerId": authorizer}
    assert plane.fails("DeleteAuthorizer", **names) == (
        "ConflictException",
        "Cannot delete authorizer 'guard', is referenced in method: GET//",
    )
    plane("DeleteMethod", restApiId=api.id, resourceId=api.root, httpMethod="GET")
    assert plane("DeleteAuthorizer", **names) == {}
    assert plane.fails("GetAuthorizer", **names) == NO_AUTHORIZER


def test_the_order_inside_one_patch_does_not_matter(plane, api):
    """control plane 5.2."""
    authorizer = made(plane, api)["id"]
    names = api.method()
    given = [("replace", "/authorizationType", "CUSTOM"), ("replace", "/authorizerId", authorizer)]
    for operations in (given, given[::-1]):
        patched = plane.patch("UpdateMethod", *operations, **names)
        assert (patched["authorizationType"], patched["authorizerId"]) == ("CUSTOM", authorizer)
    iam = plane.patch("UpdateMethod", ("replace", "/authorizationType", "AWS_IAM"), **names)
    assert iam["authorizationType"] == "AWS_IAM"
    assert "authorizerId" not in iam


def policy_of(*resources, effect="Allow"):
    statement = {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": list(resources)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def shown(api):
    """AWS escapes the quotes inside the text once more."""
    return json.loads(json.loads(f'"{api["policy"]}"'))


def test_short_resources_of_a_policy_are_written_out(plane):
    api = plane("CreateRestApi", name="guarded", policy=policy_of("execute-api:/prod/GET/users", "execute-api:/*"))
    prefix = f"arn:aws:execute-api:us-east-1:{plane.account}:{api['id']}"
    expected = [f"{prefix}/prod/GET/users", f"{prefix}/*"]
    assert shown(api)["Statement"][0]["Resource"] == expected
    assert shown(plane("GetRestApi", restApiId=api["id"]))["Statement"][0]["Resource"] == expected
    patched = plane.patch("UpdateRestApi", ("replace", "/policy", policy_of("execute-api:/dev/*")), restApiId=api["id"])
    assert shown(patched)["Statement"][0]["Resource"] == [f"{prefix}/dev/*"]
    again = plane.patch("UpdateRestApi", ("replace", "/name", "renamed"), restApiId=api["id"])
    assert shown(again) == shown(patched)
    assert "policy" not in plane.patch("UpdateRestApi", ("replace", "/policy", ""), restApiId=api["id"])


@pytest.mark.parametrize(
    "policy",
    [
        "not json",
        "[]",
        "{}",
        '{"Statement": []}',
        policy_of("*").replace('"Principal": "*", ', ""),
        policy_of("*", effect="Perhaps"),
        policy_of("*").replace("}]}", ', "Condition": {"StringSortOf": {"a": "b"}}}]}'),
    ],
)
def test_a_policy_that_cannot_be_evaluated_is_refused(plane, api, policy):
    assert plane.fails("CreateRestApi", name="x", policy=policy) == INVALID_POLICY
    assert plane.patch_fails("UpdateRestApi", ("replace", "/policy", policy), restApiId=api.id) == INVALID_POLICY


def test_a_policy_has_8192_characters_at_most(plane):
    failed = plane.fails("CreateRestApi", name="x", policy=policy_of("x" * 8_192))
    assert failed == ("BadRequestException", "Invalid policy document: it has more than 8192 characters.")
