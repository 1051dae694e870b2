"""The rules of provisioned concurrency. Pure. Reference: lambda-control-plane section 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceConflict
from gatelet.functions.catalogue import held_back_by
from gatelet.functions.model import AliasDocument, FunctionDocument


def check_alias_move(document: FunctionDocument, name: str, alias: AliasDocument) -> None:
    """An alias with provisioned concurrency cannot point to a version that has its own. Raises ResourceConflict."""
    if name in document.get("provisioned", {}):
        _check_alias(document, alias)


def _check_alias(document: FunctionDocument, alias: AliasDocument) -> None:
    if any(version in document.get("provisioned", {}) for version in (alias["FunctionVersion"], *alias["weights"])):
        raise ResourceConflict(
            "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
        )


def check_target(document: FunctionDocument, qualifier: str) -> None:
    """A version is provisioned once: by its number, or by one alias. Raises ResourceConflict."""
    aliases = document.get("aliases", {})
    alias = aliases.get(qualifier)
    if alias is not None:
        _check_alias(document, alias)
        return
    for name in document.get("provisioned", {}):
        pointing = aliases.get(name)
        if pointing is not None and qualifier in (pointing["FunctionVersion"], *pointing["weights"]):
            raise ResourceConflict("Version is pointed by a Provisioned Concurrency alias")


def check_snap_start(configuration: Mapping[str, Any]) -> None:
    """A version is initialised ahead in one of the two ways. Raises InvalidParameterValue."""
    if configuration["SnapStart"]["ApplyOn"] == "PublishedVersions":
        raise InvalidParameterValue("Provisioned Concurrency is not supported for functions with SnapStart.")


def check_amount(document: FunctionDocument, qualifier: str, amount: int, held_back: int) -> None:
    """Whether so much may be provisioned; ``held_back`` is what all functions have taken out of the account's pool.

    Raises InvalidParameterValue.
    """
    others = sum(asked["requested"] for other, asked in document.get("provisioned", {}).items() if other != qualifier)
    reserved = document.get("reserved_concurrency")
    if reserved is not None:
        if others + amount > reserved:
            raise InvalidParameterValue(
                "Requested Provisioned Concurrency should not be greater than the "
                "reservedConcurrentExecution for function",
                typed=False,
            )
        return
    unreserved = quotas.CONCURRENT_EXECUTIONS - (held_back - held_back_by(document)) - others
    if amount > unreserved:
        raise InvalidParameterValue(
            f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
            f"[{unreserved}].",
            typed=False,
        )
    if unreserved - amount < quotas.UNRESERVED_CONCURRENCY_MIN:
        raise InvalidParameterValue(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{quotas.UNRESERVED_CONCURRENCY_MIN}].",
            typed=False,
        )
