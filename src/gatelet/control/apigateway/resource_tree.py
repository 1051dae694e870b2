"""The tree of resources, as pure rules on an ApiDocument.

Reference: apigateway-control-plane section 5.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.errors import BadRequest, Conflict, LimitExceeded, no_such_resource
from gatelet.gateway.document import ApiDocument

Resource = dict[str, Any]

_PATH_PART = re.compile(r"[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\}")


def find_resource(api: ApiDocument, resource_id: str) -> Resource:
    """The resource. Raises NotFound."""
    resource = api["resources"].get(resource_id)
    if resource is None:
        raise no_such_resource()
    return resource


def check_path_part(path_part: str) -> None:
    """Raises BadRequest unless the part is a literal, a variable or a greedy variable."""
    if not _PATH_PART.fullmatch(path_part):
        raise BadRequest(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable "
            "and curly braces at the beginning and the end."
        )


def is_variable(path_part: str) -> bool:
    """``{id}`` or ``{proxy+}``."""
    return path_part.startswith("{")


def is_greedy(path_part: str) -> bool:
    """``{proxy+}``."""
    return path_part.endswith("+}")


def children_of(api: ApiDocument, resource_id: str) -> Iterator[Resource]:
    """The resources right below one."""
    return (resource for resource in api["resources"].values() if resource.get("parentId") == resource_id)


def place(api: ApiDocument, resource: Resource) -> None:
    """Put the resource where its ``parentId`` and ``pathPart`` say, and give its subtree their paths.

    Raises NotFound, Conflict or BadRequest; then the document is not to be written.
    """
    parent = find_resource(api, resource["parentId"])
    part = resource["pathPart"]
    if is_greedy(parent.get("pathPart", "")):
        raise _below_greedy(parent["pathPart"])
    siblings = [sibling for sibling in children_of(api, parent["id"]) if sibling["id"] != resource["id"]]
    for sibling in siblings:
        if sibling["pathPart"] == part:
            raise Conflict(f"Another resource with the same parent already has this name: {part}")
    for sibling in siblings:
        if is_variable(part) and is_variable(sibling["pathPart"]):
            raise BadRequest(
                f"A sibling ({sibling['pathPart']}) of this resource already has a variable path part "
                "-- only one is allowed"
            )
    if is_greedy(part) and any(children_of(api, resource["id"])):
        raise _below_greedy(part)
    if resource["id"] not in api["resources"] and len(api["resources"]) >= quotas.RESOURCES_PER_API:
        raise LimitExceeded("Maximum number of Resources for this API has been reached.")
    api["resources"][resource["id"]] = resource
    _set_paths(api, resource, parent["path"])


def _below_greedy(part: str) -> BadRequest:
    return BadRequest(f"Cannot create a child of a resource with a greedy path variable: {part}")


def _set_paths(api: ApiDocument, resource: Resource, parent_path: str) -> None:
    resource["path"] = f"{parent_path.rstrip('/')}/{resource['pathPart']}"
    for child in children_of(api, resource["id"]):
        _set_paths(api, child, resource["path"])


def check_not_below(api: ApiDocument, resource: Resource, parent_id: str) -> None:
    """Raises BadRequest if the new parent is the resource itself or lies below it; NotFound if it does not exist."""
    above: Resource | None = find_resource(api, parent_id)
    while above is not None:
        if above["id"] == resource["id"]:
            raise BadRequest("Resources cannot be cyclical.")
        above = api["resources"].get(above.get("parentId", ""))


def remove_subtree(api: ApiDocument, resource_id: str) -> None:
    """Delete a resource and all below it. Raises BadRequest for the root."""
    resource = find_resource(api, resource_id)
    if "parentId" not in resource:
        raise BadRequest("Root resource cannot be deleted")
    doomed = [resource_id]
    for above in doomed:
        doomed.extend(child["id"] for child in children_of(api, above))
    for one in doomed:
        del api["resources"][one]


def shown(resource: Mapping[str, Any], *, methods: bool) -> dict[str, Any]:
    """As AWS shows it: methods as empty objects unless they are embedded; the member is absent if there are none."""
    view = {name: value for name, value in resource.items() if name != "resourceMethods"}
    verbs = resource.get("resourceMethods")
    if verbs:
        view["resourceMethods"] = dict(verbs) if methods else {verb: {} for verb in verbs}
    return view
