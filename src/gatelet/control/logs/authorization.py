"""What CloudWatch Logs' operations need. Reference: Service Authorization Reference, "Amazon CloudWatch Logs".

A log group is written ``log-group:NAME:log-stream:`` where an operation works on the group, so that a policy
for ``log-group:NAME:*`` allows it, or for ``log-group:NAME``: the guide has had both forms (CloudWatch Logs User
Guide, "Overview of managing access permissions", "Using identity-based policies"). The tagging operations take
the group's ARN alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gatelet.control.authorization import Asking, Need, action_of
from gatelet.control.operation import Call
from gatelet.identity.request_keys import tag_keys

_GROUP: Final = ("logGroupName", "logGroupIdentifier")
"""Members that name the group."""
_OF_ALL_GROUPS: Final = frozenset({"DescribeLogGroups", "ListLogGroups"})
"""Asked for on a group without a name, whichever prefix they have: only a policy for all groups fits."""
_ON_EVERYTHING: Final = frozenset({"TestMetricFilter", "DescribeQueries"})


def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    params, action = asking.params, action_of(asking)
    keys = tag_keys(params.get("tags") or {}) if isinstance(params.get("tags"), dict) else {}
    if "resourceArn" in params:
        return [Need(action, params["resourceArn"].removesuffix(":*"), keys)]
    given = next((params[member] for member in _GROUP if params.get(member)), None)
    if asking.operation in _ON_EVERYTHING or (given is None and asking.operation not in _OF_ALL_GROUPS):
        return [Need(action, keys=keys)]
    group = given or ""
    if not group.startswith("arn:"):
        group = f"arn:{call.scope.partition}:logs:{call.scope.region}:{call.scope.account}:log-group:{group}"
    group, stream = group.removesuffix(":*"), params.get("logStreamName")
    of_group = stream is None or asking.operation == "CreateLogStream"
    also = group if given and of_group else None
    return [Need(action, f"{group}:log-stream:{stream or ''}", keys, also=also)]
