"""The life of a function: its phases, what moves it from one to the next, and how AWS words each.

Reference: lambda-control-plane section 5. Pure: every change of State or LastUpdateStatus goes through
``TRANSITIONS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from gatelet.control.lambda_.errors import ResourceConflict


class Phase(Enum):
    """Where a function stands: State and LastUpdateStatus taken together."""

    CREATING = ("Pending", None)
    ACTIVE = ("Active", "Successful")
    UPDATING = ("Active", "InProgress")
    UPDATE_FAILED = ("Active", "Failed")
    FAILED = ("Failed", None)


class Event(Enum):
    """What happens to a function."""

    UPDATE = "a client asks for other code or another configuration"
    READY = "the code is unpacked: environments can start"
    BROKEN = "the code cannot be made ready"


TRANSITIONS: Mapping[tuple[Phase, Event], Phase] = {
    (Phase.CREATING, Event.READY): Phase.ACTIVE,
    (Phase.CREATING, Event.BROKEN): Phase.FAILED,
    (Phase.ACTIVE, Event.UPDATE): Phase.UPDATING,
    (Phase.UPDATING, Event.READY): Phase.ACTIVE,
    (Phase.UPDATING, Event.BROKEN): Phase.UPDATE_FAILED,
    (Phase.UPDATE_FAILED, Event.UPDATE): Phase.UPDATING,
    (Phase.FAILED, Event.UPDATE): Phase.CREATING,
}
"""Every move that exists; a client's update that is none of them is refused."""

UNSETTLED = frozenset({Phase.CREATING, Phase.UPDATING})
"""Phases that end by themselves."""

_CREATING = "The function is being created."
_STATUS_MEMBERS = (
    *("State", "StateReason", "StateReasonCode"),
    *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
)


def phase_of(configuration: Mapping[str, Any]) -> Phase:
    """The phase that a FunctionConfiguration tells."""
    return Phase((configuration["State"], configuration.get("LastUpdateStatus")))


def enter(phase: Phase, configuration: dict[str, Any], reason: str = "", code: str = "") -> None:
    """Write the members of a phase into a FunctionConfiguration.

    ``reason`` and ``code`` tell a failure. An update in progress gives the reason of a creation: that is
    what AWS answers (section 5).
    """
    state, update = phase.value
    for member in _STATUS_MEMBERS:
        configuration.pop(member, None)
    configuration["State"] = state
    if update is not None:
        configuration["LastUpdateStatus"] = update
    if phase is Phase.CREATING:
        configuration |= {"StateReason": _CREATING, "StateReasonCode": "Creating"}
    elif phase is Phase.UPDATING:
        configuration |= {"LastUpdateStatusReason": _CREATING, "LastUpdateStatusReasonCode": "Creating"}
    elif phase is Phase.FAILED:
        configuration |= {"StateReason": reason, "StateReasonCode": code}
    elif phase is Phase.UPDATE_FAILED:
        configuration |= {"LastUpdateStatusReason": reason, "LastUpdateStatusReasonCode": code}


def check_update(configuration: Mapping[str, Any]) -> Phase:
    """The phase that an update leads to. Raises ResourceConflict while it must wait."""
    phase = phase_of(configuration)
    after = TRANSITIONS.get((phase, Event.UPDATE))
    if after is not None:
        return after
    if phase is Phase.UPDATING:
        raise ResourceConflict(
            "The operation cannot be performed at this time. "
            f"An update is in progress for resource: {configuration['FunctionArn']}"
        )
    raise not_ready(configuration["State"])


def not_ready(state: str) -> ResourceConflict:
    """What a function in that State cannot do."""
    return ResourceConflict(
        f"The operation cannot be performed at this time. The function is currently in the following state: {state}"
    )


def without_status(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration without its State and LastUpdateStatus members."""
    return {member: value for member, value in configuration.items() if member not in _STATUS_MEMBERS}
