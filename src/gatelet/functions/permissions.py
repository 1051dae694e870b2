"""Whether a function's own policy lets a caller in (lambda-control-plane section 8)."""

from __future__ import annotations

from gatelet.functions.version import Qualified
from gatelet.policy.evaluate import Policy, compile_policy

INVOKE = "lambda:InvokeFunction"
API_GATEWAY = "apigateway.amazonaws.com"
_KEPT_DECISIONS = 10_000


class Permissions:
    """Decisions of function policies, kept by policy revision and source: the hot path is one look-up."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[str, str, str, str], bool] = {}

    def api_may_invoke(self, function: Qualified, source_arn: str, source_account: str) -> bool:
        """Whether API Gateway may invoke the function for this method of an API."""
        key = (function.arn, function.policy_revision, source_arn, source_account)
        decision = self._decisions.get(key)
        if decision is None:
            if len(self._decisions) >= _KEPT_DECISIONS:
                self._decisions.clear()
            decision = self._decisions[key] = self._decide(function, source_arn, source_account)
        return decision

    @staticmethod
    def _decide(function: Qualified, source_arn: str, source_account: str) -> bool:
        policy: Policy = compile_policy(list(function.policy))
        context: dict[str, str | list[str]] = {"aws:SourceArn": source_arn, "aws:SourceAccount": source_account}
        return policy.decide(
            principal_service=API_GATEWAY,
            principal_aws=None,
            action=INVOKE,
            resource=function.arn,
            context=context,
        ).allowed
