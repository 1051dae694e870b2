"""The words of identity and trust policies: what IAM refuses although the grammar holds.

Texts as IAM answers them (identity section 3; IAM's own console and API for those that it does not list).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.kind import Kind

_SID: Final = re.compile(r"[0-9A-Za-z]*")
_VENDOR: Final = re.compile(r"[0-9A-Za-z.-]+|\*")
_IAM_PATHS: Final = (
    *("user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/"),
    *("policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"),
)
_PARTITION: Final = re.compile(r"aws[a-z-]*|\*")
NO_VENDOR: Final = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."


def check_words(statement: Mapping[str, Any], kind: Kind) -> None:
    """Raises MalformedPolicy. The statement has the grammar's shape already."""
    if kind is Kind.RESOURCE:
        return
    if not _SID.fullmatch(statement.get("Sid", "")):
        raise MalformedPolicy(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"
        )
    for action in _texts(statement, "Action", "NotAction"):
        _check_action(action)
    for resource in _texts(statement, "Resource", "NotResource"):
        _check_resource(resource)
    conditions = statement.get("Condition", {})
    for keys in conditions.values() if isinstance(conditions, Mapping) else ():
        for key in keys if isinstance(keys, Mapping) else ():
            if ":" not in key.strip(":"):
                raise MalformedPolicy(NO_VENDOR)


def _texts(statement: Mapping[str, Any], *members: str) -> Iterable[str]:
    for member in members:
        value = statement.get(member, ())
        yield from (value,) if isinstance(value, str) else value


def _check_action(action: str) -> None:
    if action == "*":
        return
    vendor, _, name = action.partition(":")
    if ":" in name:
        raise MalformedPolicy("Actions/Condition can contain only one colon.")
    if not _VENDOR.fullmatch(vendor):
        raise MalformedPolicy(f"Vendor {vendor} is not valid")


def _check_resource(resource: str) -> None:
    parts = resource.split(":", 5)
    if resource == "*" or len(parts) < 3 or "${" in resource:
        return
    if not _PARTITION.fullmatch(parts[1]):
        raise MalformedPolicy(f'Partition "{parts[1]}" is not valid for resource "{resource}".')
    if parts[2] != "*" and ("*" in parts[2] or "?" in parts[2]):
        raise MalformedPolicy("Resource vendor must be fully qualified and cannot contain regexes.")
    if parts[2] == "iam":
        _check_iam_resource(resource, parts)


def _check_iam_resource(resource: str, parts: list[str]) -> None:
    if len(parts) > 3 and parts[3] not in ("", "*"):
        raise MalformedPolicy(f"IAM resource {resource} cannot contain region information.")
    path = parts[5] if len(parts) > 5 else "*"
    if not path.startswith(("*", "root", *_IAM_PATHS)):
        raise MalformedPolicy(f'IAM resource path must either be "*" or start with {", ".join(_IAM_PATHS)}.')
