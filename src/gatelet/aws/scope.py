"""The scope in which AWS resources live: one account in one region."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_ACCOUNT = "000000000000"
"""The account of access keys that name none (development mode)."""

DEFAULT_REGION = "us-east-1"


class Scope(NamedTuple):
    """An account (12 digits) in a region, for example ``Scope("000000000000", "us-east-1")``."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The ARN partition of the region (AWS General Reference, "ARN format")."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        if self.region.startswith("us-gov-"):
            return "aws-us-gov"
        return "aws"
