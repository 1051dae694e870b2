"""AddPermission, GetPolicy, RemovePermission: who may use a function. Reference: lambda-control-plane section 8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.control.lambda_.documents import check_qualifier, edit_function, named, read_function
from gatelet.control.lambda_.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
)
from gatelet.control.lambda_.names import LATEST
from gatelet.control.lambda_.statements import compact, policy_text, statement_of
from gatelet.control.operation import Call, Response, operation
from gatelet.functions.model import PolicyOfQualifier

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        AddPermissionRequestTypeDef,
        GetPolicyRequestTypeDef,
        RemovePermissionRequestTypeDef,
    )

_NO_RESOURCE = "The resource you requested does not exist."


@operation("lambda", "AddPermission")
async def add_permission(call: Call, request: AddPermissionRequestTypeDef) -> Response:
    """Add a statement to the function's policy."""
    name = named(call, request, "AddPermission")
    if name.qualifier == LATEST:
        raise InvalidParameterValue("We currently do not support adding policies for $LATEST.")
    if request.get("FunctionUrlAuthType") and request["Action"].lower() != "lambda:invokefunctionurl":
        raise InvalidParameterValue("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
    statement = statement_of(request, name.arn, call.scope.partition)
    async with edit_function(call.ports, name) as document:
        await check_qualifier(call, name, document)
        place = name.qualifier or LATEST
        policy = document["policies"].get(place) or PolicyOfQualifier(RevisionId="", Statement=[])
        _check_revision(policy, request.get("RevisionId"), "GetPolicy")
        add_statement(policy, statement)
        policy["RevisionId"] = call.ports.ids.uuid()
        document["policies"][place] = policy
    return {"Statement": compact(statement)}


@operation("lambda", "GetPolicy")
async def get_policy(call: Call, request: GetPolicyRequestTypeDef) -> Response:
    """The function's policy."""
    name = named(call, request, "GetPolicy")
    missing = ResourceNotFound(_NO_RESOURCE)
    document = await read_function(call, name, missing)
    policy = None if name.qualifier == LATEST else document["policies"].get(name.qualifier or LATEST)
    if policy is None:
        raise missing
    return {"Policy": policy_text(policy["Statement"]), "RevisionId": policy["RevisionId"]}


@operation("lambda", "RemovePermission")
async def remove_permission(call: Call, request: RemovePermissionRequestTypeDef) -> Response:
    """Remove a statement; the last one takes the policy with it."""
    name = named(call, request, "RemovePermission")
    async with edit_function(call.ports, name, ResourceNotFound(f"No policy found for: {name.arn}")) as document:
        await check_qualifier(call, name, document)
        place = name.qualifier or LATEST
        policy = None if name.qualifier == LATEST else document["policies"].get(place)
        if policy is None:
            raise ResourceNotFound("No policy is associated with the given resource.")
        remove_statement(policy, request["StatementId"])
        _check_revision(policy, request.get("RevisionId"), "GetFunction/GetAlias")
        policy["RevisionId"] = call.ports.ids.uuid()
        if not policy["Statement"]:
            del document["policies"][place]
    return {}


def add_statement(policy: PolicyOfQualifier, statement: dict[str, Any]) -> None:
    """Add a statement to a policy. Raises ResourceConflict (its Sid is taken), PolicyLengthExceededException."""
    if any(held["Sid"] == statement["Sid"] for held in policy["Statement"]):
        raise ResourceConflict(
            f"The statement id ({statement['Sid']}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement."
        )
    policy["Statement"].append(statement)
    _check_size(policy)


def remove_statement(policy: PolicyOfQualifier, sid: str) -> None:
    """Remove a statement from a policy. Raises ResourceNotFound."""
    kept = [statement for statement in policy["Statement"] if statement["Sid"] != sid]
    if len(kept) == len(policy["Statement"]):
        raise ResourceNotFound(f"Statement {sid} is not found in resource policy.")
    policy["Statement"] = kept


def _check_revision(policy: PolicyOfQualifier, revision_id: str | None, tell: str) -> None:
    if revision_id is not None and revision_id != policy["RevisionId"]:
        raise PreconditionFailed(tell)


def _check_size(policy: PolicyOfQualifier) -> None:
    size = len(policy_text(policy["Statement"]).encode())
    if size > quotas.FUNCTION_POLICY_BYTES:
        raise AwsError(
            "PolicyLengthExceededException",
            f"The final policy size ({size}) is bigger than the limit ({quotas.FUNCTION_POLICY_BYTES}).",
            status=400,
        )
