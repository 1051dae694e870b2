"""Temporary credentials, as STS answers them."""

from __future__ import annotations

from typing import Any

from gatelet.control.operation import Call
from gatelet.identity.credentials import Session


def issued(call: Call, session: Session) -> dict[str, Any]:
    """The member ``Credentials`` of an answer."""
    credentials = call.ports.identity.session_key.issue(session)
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": session.expires,
    }
