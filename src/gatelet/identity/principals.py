"""A caller of the control plane, once it is known."""

from __future__ import annotations

from dataclasses import dataclass


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


def root_principal(account: str, access_key_id: str, *, verified: bool = True) -> Principal:
    """The root user of an account."""
    return Principal(account, f"arn:aws:iam::{account}:root", account, access_key_id, root=True, verified=verified)
