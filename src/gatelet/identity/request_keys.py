"""The condition keys that AWS knows about every request. Reference: identity section 2 ("Common keys").

Names and meanings: IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gatelet.aws.clock import utc
from gatelet.identity.principals import Principal, PrincipalType
from gatelet.policy.variables import Context


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a request apart from who sent it; ``now`` is epoch seconds."""

    now: float
    source_ip: str = ""
    region: str = ""
    secure_transport: bool = False
    user_agent: str = ""
    referer: str = ""


def request_keys(circumstances: Circumstances) -> dict[str, tuple[str, ...]]:
    """The keys about the request, in lower case."""
    keys: dict[str, tuple[str, ...]] = {
        "aws:currenttime": (_instant(int(circumstances.now)),),
        "aws:epochtime": (str(int(circumstances.now)),),
        "aws:securetransport": ("true" if circumstances.secure_transport else "false",),
        "aws:viaawsservice": ("false",),
    }
    optional = {
        "aws:sourceip": circumstances.source_ip,
        "aws:requestedregion": circumstances.region,
        "aws:useragent": circumstances.user_agent,
        "aws:referer": circumstances.referer,
    }
    keys.update({key: (value,) for key, value in optional.items() if value})
    return keys


@lru_cache(maxsize=4)
def _instant(second: int) -> str:
    """As policies write moments; requests of one second share it."""
    return f"{utc(second):%Y-%m-%dT%H:%M:%SZ}"


def principal_keys(principal: Principal, tags: Mapping[str, str]) -> Context:
    """The keys about the caller, in lower case; ``tags`` are those of its user or role."""
    keys: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (principal.identity_arn or principal.arn,),
        "aws:principalaccount": (principal.account,),
        "aws:principaltype": (principal.type.value,),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (principal.user_id,),
    }
    if principal.type is PrincipalType.USER:
        keys["aws:username"] = (principal.name,)
    if principal.issued is not None:
        keys["aws:tokenissuetime"] = (f"{utc(principal.issued):%Y-%m-%dT%H:%M:%SZ}",)
        keys["aws:multifactorauthpresent"] = ("false",)
    if principal.source_identity is not None:
        keys["aws:sourceidentity"] = (principal.source_identity,)
    for key, value in {**tags, **principal.session_tags}.items():
        keys[f"aws:principaltag/{key.lower()}"] = (value,)
    return keys


def tag_keys(given: Mapping[str, str]) -> dict[str, Any]:
    """``aws:RequestTag/k`` and ``aws:TagKeys`` of the tags that a request brings."""
    if not given:
        return {}
    return {**{f"aws:RequestTag/{key}": value for key, value in given.items()}, "aws:TagKeys": list(given)}


def resource_tag_keys(held: Mapping[str, str]) -> dict[str, Any]:
    """``aws:ResourceTag/k`` of the tags that a resource has."""
    return {f"aws:ResourceTag/{key}": value for key, value in held.items()}
