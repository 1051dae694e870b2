"""Tags of IAM entities: keys are unique without regard to case. Reference: identity section 3."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.control.iam.errors import InvalidInput, LimitExceeded


def tags_of(given: Collection[Mapping[str, Any]] | None) -> dict[str, str]:
    """A list of Key and Value as a mapping. Raises InvalidInput."""
    tags = {tag["Key"]: tag["Value"] for tag in given or ()}
    if len({key.casefold() for key in tags}) != len(given or ()):
        raise InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.casefold().startswith("aws:") for key in tags):
        raise InvalidInput("Tag keys that start with aws: are reserved for AWS.")
    return tags


def merge(held: dict[str, str], given: Mapping[str, str], owner: str) -> None:
    """Add or replace tags. Raises LimitExceeded; ``owner`` is ``Role`` or ``Policy``."""
    remove(held, given)
    held.update(given)
    if len(held) > quotas.TAGS_PER_RESOURCE:
        raise LimitExceeded(f"Cannot exceed quota for TagsPer{owner}: {quotas.TAGS_PER_RESOURCE}")


def remove(held: dict[str, str], keys: Iterable[str]) -> None:
    """Remove tags; keys that are not there are fine."""
    gone = {key.casefold() for key in keys}
    for key in [key for key in held if key.casefold() in gone]:
        del held[key]


def listed(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """The tags as IAM lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
