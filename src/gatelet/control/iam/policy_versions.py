"""The versions of a managed policy: create, get, list, delete, and which one counts. Reference: identity section 3."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.iam.documents import check_managed_policy, url_encoded
from gatelet.control.iam.entities import edit_policy, read_policy
from gatelet.control.iam.errors import DeleteConflict, LimitExceeded, NoSuchEntity
from gatelet.control.iam.paging import page
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.model import PolicyDocument, PolicyVersion

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreatePolicyVersionRequestTypeDef,
        DeletePolicyVersionRequestTypeDef,
        GetPolicyVersionRequestTypeDef,
        ListPolicyVersionsRequestTypeDef,
        SetDefaultPolicyVersionRequestTypeDef,
    )


@operation("iam", "CreatePolicyVersion")
async def create_policy_version(call: Call, request: CreatePolicyVersionRequestTypeDef) -> Response:
    """The next version, in force at once if it is set as the default."""
    check_managed_policy(request["PolicyDocument"])
    async with edit_policy(call, request["PolicyArn"]) as document:
        versions = dict(versions_of(document))
        if len(versions) >= quotas.POLICY_VERSIONS:
            raise LimitExceeded(
                f"A managed policy can have up to {quotas.POLICY_VERSIONS} versions. Before you create a new "
                "version, you must delete an existing version."
            )
        number = max(document.get("latest", 1), *(int(held[1:]) for held in versions)) + 1
        name = f"v{number}"
        versions[name] = PolicyVersion(document=request["PolicyDocument"], created=int(call.ports.clock.now()))
        document["versions"], document["latest"] = versions, number
        if request.get("SetAsDefault"):
            _set_default(document, name, call.ports.clock.now())
        shown = shown_version(document, name)
    return {"PolicyVersion": shown}


@operation("iam", "GetPolicyVersion")
async def get_policy_version(call: Call, request: GetPolicyVersionRequestTypeDef) -> Response:
    """A version with its document."""
    document = await read_policy(call, request["PolicyArn"])
    name = _known(document, request["PolicyArn"], request["VersionId"])
    text = versions_of(document)[name]["document"]
    return {"PolicyVersion": {"Document": url_encoded(text), **shown_version(document, name)}}


@operation("iam", "ListPolicyVersions")
async def list_policy_versions(call: Call, request: ListPolicyVersionsRequestTypeDef) -> Response:
    """The versions, without their documents."""
    document = await read_policy(call, request["PolicyArn"])
    rows = [shown_version(document, name) for name in versions_of(document)]
    return page(rows, request, "Versions", itemgetter("VersionId"))


@operation("iam", "SetDefaultPolicyVersion")
async def set_default_policy_version(call: Call, request: SetDefaultPolicyVersionRequestTypeDef) -> Response:
    """The version that counts from now on."""
    async with edit_policy(call, request["PolicyArn"]) as document:
        name = _known(document, request["PolicyArn"], request["VersionId"])
        _set_default(document, name, call.ports.clock.now())
    return {}


@operation("iam", "DeletePolicyVersion")
async def delete_policy_version(call: Call, request: DeletePolicyVersionRequestTypeDef) -> Response:
    """Delete a version that does not count."""
    async with edit_policy(call, request["PolicyArn"]) as document:
        name = _known(document, request["PolicyArn"], request["VersionId"])
        if name == document["policy"]["DefaultVersionId"]:
            raise DeleteConflict("Cannot delete the default version of a policy.")
        document["versions"] = {held: one for held, one in versions_of(document).items() if held != name}
    return {}


def versions_of(document: PolicyDocument) -> Mapping[str, PolicyVersion]:
    """Every version by its id; a document without them has the default one alone."""
    held = document.get("versions")
    if held:
        return held
    policy = document["policy"]
    return {policy["DefaultVersionId"]: {"document": document["document"], "created": policy["UpdateDate"]}}


def _set_default(document: PolicyDocument, name: str, now: float) -> None:
    document["policy"]["DefaultVersionId"] = name
    document["policy"]["UpdateDate"] = int(now)
    document["document"] = versions_of(document)[name]["document"]


def _known(document: PolicyDocument, arn: str, name: str) -> str:
    if name not in versions_of(document):
        raise NoSuchEntity(f"Policy {arn} version {name} does not exist or is not attachable.")
    return name


def shown_version(document: PolicyDocument, name: str) -> dict[str, Any]:
    """A version as IAM lists it, without its document."""
    return {
        "VersionId": name,
        "IsDefaultVersion": name == document["policy"]["DefaultVersionId"],
        "CreateDate": versions_of(document)[name]["created"],
    }
