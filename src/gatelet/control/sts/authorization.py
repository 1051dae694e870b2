"""What STS's operations need.

GetCallerIdentity and GetSessionToken need nothing; whether a role may be assumed is decided with its trust
policy, by the operation itself. Reference: identity section 3, STS API Reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gatelet.control.authorization import Asking, Need, everything
from gatelet.control.operation import Call

_FREE: Final = frozenset({"GetCallerIdentity", "GetSessionToken", "AssumeRole"})


def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    return [] if asking.operation in _FREE else everything(call, asking)
