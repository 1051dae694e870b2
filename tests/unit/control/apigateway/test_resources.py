"""Resource. control plane 5.1."""

from __future__ import annotations

import pytest

NO_RESOURCE = ("NotFoundException", "Invalid Resource identifier specified")


def bad_request(message):
    return "BadRequestException", message


@pytest.mark.parametrize("part", ["", "a/b", "a b", "{", "{}", "{proxy+", "a{id}", "{a}{b}", "{+}", "é"])
def test_bad_path_parts(plane, api, part):
    assert plane.fails("CreateResource", restApiId=api.id, parentId=api.root, pathPart=part) == bad_request(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
        "beginning and the end."
    )


@pytest.mark.parametrize("part", ["users", "v1.0", "a_b-c:d", "{id}", "{proxy+}", "{child+}"])
def test_good_path_parts(plane, api, part):
    created = plane("CreateResource", restApiId=api.id, parentId=api.root, pathPart=part)
    assert created["path"] == f"/{part}"


def test_create_refuses(plane, api):
    users = api.resource("users")
    greedy = api.resource("{proxy+}", users)

    def fails(parent, part, rest_api_id=api.id):
        return plane.fails("CreateResource", restApiId=rest_api_id, parentId=parent, pathPart=part)

    assert fails(api.root, "users") == (
        "ConflictException",
        "Another resource with the same parent already has this name: users",
    )
    assert fails("nothing", "x") == NO_RESOURCE
    assert fails(api.root, "x", "nothing") == NO_RESOURCE
    assert fails(users, "{id}") == bad_request(
        "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed"
    )
    assert fails(greedy, "x") == bad_request(
        "Cannot create a child of a resource with a greedy path variable: {proxy+}"
    )


def test_a_greedy_variable_beside_literals_and_below_variables(plane, api):
    """control plane 5.1, facts."""
    parent = api.resource("parent")
    api.resource("literal", parent)
    child = api.resource("{child}", parent)
    api.resource("{proxy+}", child)
    paths = [item["path"] for item in plane("GetResources", restApiId=api.id)["items"]]
    assert paths == ["/", "/parent", "/parent/literal", "/parent/{child}", "/parent/{child}/{proxy+}"]


def test_methods_are_shown_only_when_embedded(plane, api):
    """control plane 5.1: {"GET": {}} unless embed=methods."""
    names = api.integrated_method()
    one = {"restApiId": api.id, "resourceId": api.root}
    assert plane("GetResource", **one) == {"id": api.root, "path": "/", "resourceMethods": {"GET": {}}}
    full = plane("GetMethod", **names)
    assert "methodIntegration" in full
    assert plane("GetResource", **one, embed=["methods"])["resourceMethods"] == {"GET": full}
    listed = plane("GetResources", restApiId=api.id, embed=["methods"])["items"]
    assert listed[0]["resourceMethods"] == {"GET": full}


def test_pages(plane, api):
    for part in "abcd":
        api.resource(part)
    first = plane("GetResources", restApiId=api.id, limit=3)
    assert [item["path"] for item in first["items"]] == ["/", "/a", "/b"]
    last = plane("GetResources", restApiId=api.id, limit=3, position=first["position"])
    assert [item["path"] for item in last["items"]] == ["/c", "/d"]
    assert "position" not in last


def test_a_rename_and_a_move_change_the_paths_of_the_subtree(plane, api):
    users = api.resource("users")
    one = api.resource("{id}", users)
    other = api.resource("other")
    patched = plane.patch("UpdateResource", ("replace", "/pathPart", "people"), restApiId=api.id, resourceId=users)
    assert patched == {"id": users, "parentId": api.root, "pathPart": "people", "path": "/people"}
    assert plane("GetResource", restApiId=api.id, resourceId=one)["path"] == "/people/{id}"
    plane.patch("UpdateResource", ("replace", "/parentId", other), restApiId=api.id, resourceId=users)
    assert plane("GetResource", restApiId=api.id, resourceId=one)["path"] == "/other/people/{id}"


def test_update_refuses(plane, api):
    users = api.resource("users")
    one = api.resource("one", users)
    api.resource("taken")

    def fails(resource, *operation):
        return plane.patch_fails("UpdateResource", operation, restApiId=api.id, resourceId=resource)

    assert fails(api.root, "replace", "/pathPart", "x") == bad_request("Root resource cannot update its pathPart.")
    assert fails(api.root, "replace", "/parentId", users) == bad_request("Root resource cannot update its parentId.")
    assert fails(users, "replace", "/parentId", one) == bad_request("Resources cannot be cyclical.")
    assert fails(users, "replace", "/parentId", users) == bad_request("Resources cannot be cyclical.")
    assert fails(users, "replace", "/parentId", "nothing") == NO_RESOURCE
    assert fails("nothing", "replace", "/pathPart", "x") == NO_RESOURCE
    assert fails(users, "replace", "/pathPart", "taken") == (
        "ConflictException",
        "Another resource with the same parent already has this name: taken",
    )
    assert fails(users, "replace", "/pathPart", "{all+}") == bad_request(
        "Cannot create a child of a resource with a greedy path variable: {all+}"
    )
    assert fails(users, "add", "/pathPart", "x") == bad_request(
        "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations"
    )
    assert fails(users, "replace", "/path", "x") == bad_request(
        "Invalid patch path  '/path' specified for op 'replace'. Must be one of: [/pathPart, /parentId]"
    )


def test_delete_takes_the_subtree_with_it(plane, api):
    users = api.resource("users")
    api.resource("one", users)
    assert plane("DeleteResource", restApiId=api.id, resourceId=users) == {}
    assert [item["path"] for item in plane("GetResources", restApiId=api.id)["items"]] == ["/"]


def test_delete_refuses(plane, api):
    assert plane.fails("DeleteResource", restApiId=api.id, resourceId=api.root) == bad_request(
        "Root resource cannot be deleted"
    )
    assert plane.fails("DeleteResource", restApiId=api.id, resourceId="nothing") == NO_RESOURCE
