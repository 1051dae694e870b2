"""RestApi. control plane 4."""

from __future__ import annotations

import json

import pytest

from gatelet.aws.scope import DEFAULT_ACCOUNT

COMPRESSION = "Invalid minimum compression size, must be between 0 and 10485760"
UNSUPPORTED = "NotImplementedException"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"name": ""}, "Invalid null or empty value in name"),
        ({"description": ""}, "Description cannot be an empty string"),
        ({"minimumCompressionSize": -1}, COMPRESSION),
        ({"minimumCompressionSize": 10485761}, COMPRESSION),
        (
            {"endpointConfiguration": {"types": []}},
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
        ),
        (
            {"endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}},
            "Cannot create an api with multiple Endpoint Types.",
        ),
        (
            {"endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "ipv4"}},
            "Only dualstack ipAddressType is supported for Private APIs.",
        ),
        (
            {"description": "", "endpointConfiguration": {"types": []}},
            "Description cannot be an empty string",
        ),
        (
            {"policy": "not json"},
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.",
        ),
        ({"tags": {"aws:mine": "x"}}, "Invalid tag key. Tag keys cannot begin with 'aws:'"),
        ({"tags": {f"k{n}": "" for n in range(51)}}, "A resource can have at most 50 tags"),
        (
            {"tags": {"_custom_id_": "a/b"}},
            "Invalid _custom_id_: use 1 to 64 characters of A-Z, a-z, 0-9, _ and -",
        ),
    ],
)
def test_create_refuses(plane, params, expected):
    """control plane 4.2, 9, 12."""
    assert plane.fails("CreateRestApi", **{"name": "users-api", **params}) == ("BadRequestException", expected)


@pytest.mark.parametrize(
    ("params", "thing"),
    [
        ({"endpointConfiguration": {"types": ["PRIVATE"]}}, "the endpoint type PRIVATE"),
        (
            {"endpointConfiguration": {"types": ["REGIONAL"], "vpcEndpointIds": ["vpce-1"]}},
            "endpointConfiguration.vpcEndpointIds",
        ),
        ({"securityPolicy": "TLS_1_2"}, "securityPolicy on a REST API"),
        ({"endpointAccessMode": "STRICT"}, "endpointAccessMode on a REST API"),
        ({"cloneFrom": "a1b2c3d4e5"}, "cloneFrom on CreateRestApi"),
    ],
)
def test_create_names_what_is_not_supported(plane, params, thing):
    code, message = plane.fails("CreateRestApi", **{"name": "users-api", **params})
    assert (code, message) == (UNSUPPORTED, f"Gatelet does not support {thing} yet.")


def test_create_keeps_what_was_given(plane):
    """control plane 4.1: optional members are absent when unset, an empty media type list too."""
    created = plane(
        "CreateRestApi",
        name="users-api",
        description="Users",
        version="1.0",
        binaryMediaTypes=["image/png"],
        apiKeySource="AUTHORIZER",
        disableExecuteApiEndpoint=True,
        endpointConfiguration={"types": ["REGIONAL"]},
        tags={"team": "a"},
    )
    assert created == {
        "id": created["id"],
        "name": "users-api",
        "description": "Users",
        "version": "1.0",
        "binaryMediaTypes": ["image/png"],
        "tags": {"team": "a"},
        "createdDate": 1767225600,
        "apiKeySource": "AUTHORIZER",
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": True,
        "rootResourceId": created["rootResourceId"],
    }
    assert "binaryMediaTypes" not in plane("CreateRestApi", name="x", binaryMediaTypes=[])


def test_only_a_single_api_shows_empty_tags(plane, api):
    """control plane 4.1: GET and PATCH of one API show tags: {}; create and list leave them out."""
    assert plane("GetRestApi", restApiId=api.id)["tags"] == {}
    assert plane("UpdateRestApi", restApiId=api.id)["tags"] == {}
    assert "tags" not in plane("GetRestApis")["items"][0]


def test_a_tag_pins_the_id(plane):
    pinned = f"users{plane.account}"
    created = plane("CreateRestApi", name="users-api", tags={"_custom_id_": pinned})
    assert created["id"] == pinned
    assert plane("GetRestApi", restApiId=pinned)["name"] == "users-api"


def test_a_pinned_id_is_pinned_once_in_all_regions(plane):
    """Invoke URLs name neither account nor region."""
    params = {"name": "users-api", "tags": {"_custom_id_": f"once{plane.account}"}}
    plane("CreateRestApi", **params)
    expected = ("ConflictException", f"A REST API with the id once{DEFAULT_ACCOUNT} already exists")
    assert plane.fails("CreateRestApi", **params) == expected
    assert plane.fails("CreateRestApi", region="eu-west-1", **params) == expected


def test_a_new_api_has_the_default_models(plane, api):
    """control plane 5.6."""
    models = plane("GetModels", restApiId=api.id)["items"]
    assert [model["name"] for model in models] == ["Empty", "Error"]
    assert models[0]["description"] == "This is a default empty schema model"
    assert models[0]["schema"] == (
        '{\n  "$schema": "http://json-schema.org/draft-04/schema#",\n  "title": "Empty Schema",\n  "type": "object"\n}'
    )
    assert json.loads(models[1]["schema"])["properties"] == {"message": {"type": "string"}}


@pytest.mark.parametrize("operation", ["GetRestApi", "UpdateRestApi", "DeleteRestApi"])
@pytest.mark.parametrize("id", ["nothing", None])
def test_an_unknown_api(plane, api, operation, id):
    """control plane 1.1: the account stands before the id; ids are case-sensitive."""
    unknown = id or api.id.upper()
    assert plane.fails(operation, restApiId=unknown) == (
        "NotFoundException",
        f"Invalid API identifier specified 000000000000:{unknown}",
    )


def test_an_api_lives_in_its_region(plane, api):
    code, _ = plane.fails("GetRestApi", region="eu-west-1", restApiId=api.id)
    assert code == "NotFoundException"
    assert plane("GetRestApis", region="eu-west-1") == {"items": []}


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        (("replace", "/name", "n"), {"name": "n"}),
        (("replace", "/description", "d"), {"description": "d"}),
        (("replace", "/version", "2"), {"version": "2"}),
        (("replace", "/apiKeySource", "AUTHORIZER"), {"apiKeySource": "AUTHORIZER"}),
        (("replace", "/disableExecuteApiEndpoint", "true"), {"disableExecuteApiEndpoint": True}),
        (("add", "/binaryMediaTypes/image~1png", None), {"binaryMediaTypes": ["image/png"]}),
        (("add", "/binaryMediaTypes/-", "image/png"), {"binaryMediaTypes": ["-"]}),
        (("replace", "/minimumCompressionSize", "0"), {"minimumCompressionSize": 0}),
        (("replace", "/minimumCompressionSize", "10485760"), {"minimumCompressionSize": 10485760}),
        (("replace", "/minimumCompressionSize", ""), {}),
        (("replace", "/minimumCompressionSize", None), {}),
        (
            ("replace", "/endpointConfiguration/types/EDGE", "REGIONAL"),
            {"endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}},
        ),
        (
            ("replace", "/endpointConfiguration/types/0", "REGIONAL"),
            {"endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}},
        ),
        (
            ("replace", "/endpointConfiguration/ipAddressType", "dualstack"),
            {"endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "dualstack"}},
        ),
        (("replace", "/policy", ""), {}),
    ],
)
def test_patch(plane, api, operation, changed):
    """control plane 4.3: one case a row."""
    before = plane("GetRestApi", restApiId=api.id)
    patched = plane.patch("UpdateRestApi", operation, restApiId=api.id)
    assert patched == {**before, **changed}
    assert plane("GetRestApi", restApiId=api.id) == patched


def test_patch_removes(plane):
    """control plane 4.3: /description, /binaryMediaTypes."""
    api = plane.api(description="Users", binaryMediaTypes=["image/png"])
    patched = plane.patch(
        "UpdateRestApi", ("remove", "/description"), ("remove", "/binaryMediaTypes/image~1png"), restApiId=api.id
    )
    assert "description" not in patched
    assert "binaryMediaTypes" not in patched


def test_a_replaced_media_type_goes_to_the_end(plane):
    """control plane 4.3: [png, jpeg] with png replaced by gif is [jpeg, gif]."""
    api = plane.api(binaryMediaTypes=["image/png", "image/jpeg"])
    patched = plane.patch("UpdateRestApi", ("replace", "/binaryMediaTypes/image~1png", "image/gif"), restApiId=api.id)
    assert patched["binaryMediaTypes"] == ["image/jpeg", "image/gif"]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("replace", "/nothing", "x"), "Invalid patch path /nothing"),
        (("replace", None, "x"), "Invalid patch path null"),
        (("add", "/binaryMediaTypes", "image/png"), "Invalid patch path /binaryMediaTypes"),
        (("add", "/name", "x"), "Invalid patch operation specified. Must be one of: [replace]"),
        (("add", "/minimumCompressionSize", "1"), "Invalid patch operation specified. Must be one of: [replace]"),
        (("replace", "/minimumCompressionSize", "many"), COMPRESSION),
        (("replace", "/minimumCompressionSize", "-1"), COMPRESSION),
        (("replace", "/minimumCompressionSize", "10485761"), COMPRESSION),
        (
            ("copy", "/endpointConfiguration/types/EDGE", "REGIONAL"),
            "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
        ),
        (
            ("replace", "/endpointConfiguration/types/EDGE", "MARS"),
            "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
        ),
        (
            ("remove", "/endpointConfiguration/types/EDGE", None),
            "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
        ),
        (
            ("add", "/endpointConfiguration/types/REGIONAL", None),
            "Cannot create an api with multiple Endpoint Types.",
        ),
        (
            ("add", "/endpointConfiguration/ipAddressType", "ipv4"),
            "Invalid patch operation specified. Must be one of: [replace]",
        ),
        (
            ("replace", "/endpointConfiguration/ipAddressType", "ipv6"),
            "ipAddressType must be either ipv4 or dualstack.",
        ),
    ],
)
def test_patch_refuses(plane, api, operation, expected):
    """control plane 1.1 and 4.3; the valid operation before it leaves no trace."""
    first = ("replace", "/name", "changed")
    assert plane.patch_fails("UpdateRestApi", first, operation, restApiId=api.id) == ("BadRequestException", expected)


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "/endpointConfiguration/types/EDGE", "PRIVATE"),
        ("add", "/endpointConfiguration/vpcEndpointIds", "vpce-1"),
        ("replace", "/securityPolicy", "TLS_1_2"),
        ("replace", "/endpointAccessMode", "STRICT"),
    ],
)
def test_patch_names_what_is_not_supported(plane, api, operation):
    assert plane.patch_fails("UpdateRestApi", operation, restApiId=api.id)[0] == UNSUPPORTED


def test_awss_own_refusal_comes_before_ours(plane, api):
    """A PATCH with something unsupported and something invalid is told about what is invalid."""
    operations = (("replace", "/endpointAccessMode", "STRICT"), ("replace", "/nothing", "x"))
    assert plane.patch_fails("UpdateRestApi", *operations, restApiId=api.id)[1] == "Invalid patch path /nothing"


def test_pages(plane):
    """control plane 1.2: position is there only while more rows follow."""
    ids = sorted(plane.api().id for _ in range(5))
    first = plane("GetRestApis", limit=2)
    assert [item["id"] for item in first["items"]] == ids[:2]
    second = plane("GetRestApis", limit=2, position=first["position"])
    assert [item["id"] for item in second["items"]] == ids[2:4]
    last = plane("GetRestApis", limit=2, position=second["position"])
    assert [item["id"] for item in last["items"]] == ids[4:]
    assert "position" not in last
    assert len(plane("GetRestApis", limit=-1)["items"]) == 5
    assert plane.fails("GetRestApis", position="é") == ("BadRequestException", "Invalid position parameter")


def test_delete_takes_everything_with_it(plane, api):
    api.integrated_method()
    api.deploy(stageName="prod")
    assert plane("DeleteRestApi", restApiId=api.id) == {}
    assert plane("GetRestApis") == {"items": []}
    assert plane.fails("GetStage", restApiId=api.id, stageName="prod")[0] == "NotFoundException"
