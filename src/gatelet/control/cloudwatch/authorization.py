"""What CloudWatch's operations need. Reference: Service Authorization Reference, "Amazon CloudWatch"."""

from __future__ import annotations

from collections.abc import Sequence

from gatelet.control.authorization import Asking, Need, action_of
from gatelet.control.operation import Call


def needs(call: Call, asking: Asking) -> Sequence[Need]:  # noqa: ARG001 - the shape of every table
    """The needs of one call: metrics have no ARN, so that every action is on ``*``."""
    namespace = asking.params.get("Namespace")
    keys = {"cloudwatch:namespace": namespace} if asking.operation == "PutMetricData" and namespace else {}
    return [Need(action_of(asking), keys=keys)]
