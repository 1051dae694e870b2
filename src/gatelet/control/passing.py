"""Giving a role to a service: whoever configures one must be allowed ``iam:PassRole`` on it.

Reference: IAM User Guide, "Granting a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from gatelet.control.authorization import Need


def pass_role(role_arn: str, service: str) -> Need:
    """The need of a call that gives the role to the service (``lambda.amazonaws.com``)."""
    return Need("iam:PassRole", role_arn, {"iam:PassedToService": service})
