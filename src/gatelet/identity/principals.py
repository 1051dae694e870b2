"""A caller, once it is known: who it is, and what policies may be told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class PrincipalType(Enum):
    """What kind of caller it is. The values are those of ``aws:PrincipalType`` (IAM User Guide)."""

    ACCOUNT = "Account"
    """The root user."""
    USER = "User"
    ROLE = "AssumedRole"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed a call, as sts:GetCallerIdentity tells it (identity section 3).

    ``root`` principals may do everything in their account. ``verified`` is False for the unknown keys
    that the development mode lets act as root.
    """

    account: str
    arn: str
    user_id: str
    access_key_id: str
    root: bool = False
    verified: bool = True
    type: PrincipalType = PrincipalType.ACCOUNT
    name: str = ""
    """The user's or the role's name; empty for the root user."""
    identity_arn: str = ""
    """The ARN of the user or the role (``aws:PrincipalArn``); for a role that does not exist, as it would be."""
    unique_id: str = ""
    """The AIDA... or AROA... id of the user or the role that the credentials were made for."""
    issued: int | None = None
    """When its temporary credentials were issued (epoch seconds); None for long-term ones."""
    session_policies: tuple[str, ...] = ()
    """Session policies: documents, and ARNs of managed policies."""
    session_tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: tuple[str, ...] = ()
    source_identity: str | None = None

    @property
    def session_name(self) -> str:
        """What the session of a role is called; empty for anybody else."""
        return self.arn.rpartition("/")[2] if self.type is PrincipalType.ROLE else ""


def root_principal(account: str, access_key_id: str, *, verified: bool = True, issued: int | None = None) -> Principal:
    """The root user of an account."""
    arn = f"arn:aws:iam::{account}:root"
    return Principal(
        account, arn, account, access_key_id, root=True, verified=verified, identity_arn=arn, issued=issued
    )
