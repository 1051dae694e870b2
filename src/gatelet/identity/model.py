"""IAM's entities as they are stored: one document each, global to the account, written by control/iam alone.

Collections: ``("iam", "Role" | "User" | "Group" | "Policy", account, "")`` by name in lower case (names are
unique without regard to case), and ``("iam", "AccessKey", "", "")`` by key id, for a key tells its account.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

SERVICE = "iam"
ROLE = "Role"
USER = "User"
GROUP = "Group"
POLICY = "Policy"
ACCESS_KEY = "AccessKey"


class EntityDocument(TypedDict):
    """What roles, users and groups have in common."""

    tags: dict[str, str]
    policies: dict[str, str]
    """Inline policies: documents by name."""
    attached: list[str]
    """The ARNs of attached managed policies, in the order of their attachment."""


class RoleDocument(EntityDocument):
    """A role. ``role`` has AWS's members (CreateDate in epoch seconds, documents as their text)."""

    role: dict[str, Any]
    boundary: NotRequired[str]
    """The ARN of the managed policy that is its permissions boundary."""


class UserDocument(EntityDocument):
    """A user. ``user`` has AWS's members."""

    user: dict[str, Any]
    groups: list[str]
    """The names of its groups, in the order in which it joined them."""
    boundary: NotRequired[str]


class GroupDocument(EntityDocument):
    """A group (its ``tags`` stay empty: AWS has no tags on groups). ``group`` has AWS's members."""

    group: dict[str, Any]


class PolicyVersion(TypedDict):
    """A version of a managed policy: its text, and when it was made (epoch seconds)."""

    document: str
    created: int


class PolicyDocument(TypedDict):
    """A managed policy of the account. ``policy`` has AWS's members (dates in epoch seconds).

    ``document`` is the default version's text; ``versions`` has all by id (``v1``); documents that
    have none were written before versions could be made, and have the default one alone.
    """

    policy: dict[str, Any]
    document: str
    tags: dict[str, str]
    versions: NotRequired[dict[str, PolicyVersion]]
    latest: NotRequired[int]
    """The number of the newest version that was ever made; numbers are not used twice."""


class AccessKeyDocument(TypedDict):
    """A long-term key of a user. ``sealed`` is the secret, encrypted with a key of this installation."""

    account: str
    user: str
    status: str
    created: int
    sealed: str
