"""What happens behind Pending and InProgress: the code is made ready, then the new revision serves.

Reference: lambda-control-plane section 5. The work is found in the document itself, so a crash loses
nothing: ``resume`` continues it at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.code import forget
from gatelet.control.lambda_.documents import document_of, edit_function, function_key
from gatelet.control.lambda_.errors import ResourceConflict, ResourceNotFound
from gatelet.control.lambda_.life import TRANSITIONS, UNSETTLED, Event, Phase, enter, phase_of, without_status
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.ports import Ports
from gatelet.functions.model import KIND, SERVICE, CodeReference, FunctionDocument, Revision, blobs_of, version_key
from gatelet.storage.ports import Delete, Put, StorageFull

_log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0


def start_settling(ports: Ports, name: FunctionName) -> None:
    """Settle the function after the client has its answer."""
    ports.background.start(settle(ports, name), f"settling {name.unqualified_arn}")


async def resume(ports: Ports) -> None:
    """Settle every function that a crash left Pending or InProgress; returns at once."""
    for record in await ports.records.list_everywhere(SERVICE, KIND):
        if phase_of(record.value["configuration"]) in UNSETTLED:
            start_settling(ports, FunctionName(Scope(record.key.account, record.key.region), record.key.id))


async def settle(ports: Ports, name: FunctionName) -> None:
    """Make the function's newest code ready and serve it. A function that is deleted meanwhile needs nothing."""
    while True:
        record = await ports.records.get(function_key(name))
        if record is None or phase_of(record.value["configuration"]) not in UNSETTLED:
            return
        document = document_of(record)
        code = document["code"]
        event, reason, reason_code = await _prepare(ports, name, [code, *document.get("layers", ())])
        try:
            replaced = await _advance(ports, name, code, event, reason, reason_code)
        except ResourceNotFound:
            return
        except ResourceConflict:
            continue
        except StorageFull:
            _log.warning("no space is left: %s stays as it is until there is", name.unqualified_arn)
            await asyncio.sleep(_RETRY_SECONDS)
            continue
        await forget(ports, *replaced)


async def _prepare(ports: Ports, name: FunctionName, codes: Sequence[CodeReference]) -> tuple[Event, str, str]:
    try:
        for code in codes:
            await ports.functions.prepare(code)
    except AwsError as error:
        return Event.BROKEN, error.message or error.code, "InvalidZipFileException"
    except Exception:  # noqa: BLE001 - a background task: the function's state tells the client
        _log.exception("the code of %s cannot be made ready", name.unqualified_arn)
        return Event.BROKEN, "Gatelet could not make the function's code ready.", "InternalError"
    return Event.READY, "", ""


async def _advance(
    ports: Ports, name: FunctionName, code: CodeReference, event: Event, reason: str, reason_code: str
) -> set[str]:
    """Write the outcome, of a version that is published with it too; the blobs that are referred to no longer."""
    also: list[Put | Delete] = []
    async with edit_function(ports, name, also=also) as document:
        configuration = document["configuration"]
        after = TRANSITIONS.get((phase_of(configuration), event))
        if after is None or document["code"] != code:
            raise ResourceConflict("The function was changed meanwhile.")
        before = blobs_of(KIND, dict(document))
        enter(after, configuration, reason, reason_code)
        configuration["RevisionId"] = ports.ids.uuid()
        if event is Event.READY:
            document["serving"] = _revision(document)
        number = document.pop("settling_version", None)
        record = None if number is None else await ports.records.get(version_key(name.scope, name.name, number))
        if record is not None:
            version = record.value
            enter(TRANSITIONS[Phase.CREATING, event], version["configuration"], reason, reason_code)
            also.append(Put(record.key, version, record.parent, expected=record.revision))
    return before - blobs_of(KIND, dict(document))


def _revision(document: FunctionDocument) -> Revision:
    revision: Revision = {"configuration": without_status(document["configuration"]), "code": document["code"]}
    if "layers" in document:
        revision["layers"] = document["layers"]
    return revision
