"""PublishVersion and ListVersionsByFunction. Reference: lambda-control-plane sections 4 to 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.control.lambda_.code import check_storage
from gatelet.control.lambda_.configuration import listed, shown
from gatelet.control.lambda_.documents import (
    check_revision,
    edit_function,
    named,
    read_function,
    read_version,
)
from gatelet.control.lambda_.errors import InvalidParameterValue, function_not_found
from gatelet.control.lambda_.life import Phase, check_update
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.publishing import fingerprint, new_version
from gatelet.control.lambda_.refusals import refuse_unsupported
from gatelet.control.operation import Call, Response, operation
from gatelet.control.ports import Ports
from gatelet.functions.model import FunctionDocument, VersionDocument, numbered, version_key, versions_of
from gatelet.storage.ports import Delete, Put

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        ListVersionsByFunctionRequestTypeDef,
        PublishVersionRequestTypeDef,
    )


@operation("lambda", "PublishVersion")
async def publish_version(call: Call, request: PublishVersionRequestTypeDef) -> Response:
    """A version of the function as it is; the last one again if nothing has changed since."""
    given = named(call, request, "PublishVersion")
    if not given.latest:
        raise function_not_found(given.arn)
    refuse_unsupported(request)
    name = FunctionName(given.scope, given.name)
    also: list[Put | Delete] = []
    async with edit_function(call.ports, name, also=also) as document:
        check_update(document["configuration"])
        check_revision(document, request.get("RevisionId"))
        _check_code(document, request.get("CodeSha256"))
        version = await published(
            call.ports, name, document, also, Phase.ACTIVE, description=request.get("Description")
        )
        if also:
            await check_storage(call, document["code"]["size"])
            document["configuration"]["RevisionId"] = call.ports.ids.uuid()
    return shown(version["configuration"], FunctionName(name.scope, name.name, version["configuration"]["Version"]))


async def published(
    ports: Ports,
    name: FunctionName,
    document: FunctionDocument,
    also: list[Put | Delete],
    phase: Phase,
    *,
    description: str | None = None,
) -> VersionDocument:
    """The version of the document that is being edited: the last one if nothing differs, or a new one in ``also``."""
    last = document.get("last_version", 0)
    held = await read_version(ports, name, str(last)) if last else None
    if held is not None and held["fingerprint"] == fingerprint(document):
        return held
    number = last + 1
    version = new_version(document, number, phase, revision_id=ports.ids.uuid(), description=description)
    document["last_version"] = number
    also.append(Put(version_key(name.scope, name.name, number), version, name.name, expected=0))
    return version


def _check_code(document: FunctionDocument, given: str | None) -> None:
    actual = document["code"]["sha256"]
    if given and given != actual:
        raise InvalidParameterValue(
            f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({actual}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )


@operation("lambda", "ListVersionsByFunction")
async def list_versions_by_function(call: Call, request: ListVersionsByFunctionRequestTypeDef) -> Response:
    """The versions of a function under their qualified ARNs: ``$LATEST`` first, then ascending."""
    given = named(call, request, "ListVersionsByFunction")
    document = await read_function(call, given)
    size, begun = page_size(request), after(request)
    latest = numbered(given.name, 0)
    ids, items = ([], []) if begun else ([latest], [document["configuration"]])
    records = await call.ports.records.list(
        versions_of(call.scope), given.name, after=begun or latest, limit=size + 1 - len(items)
    )
    ids += [record.key.id for record in records]
    items += [record.value["configuration"] for record in records]
    return {"Versions": [listed(item, qualified=True) for item in items[:size]], "NextMarker": next_marker(ids, size)}
