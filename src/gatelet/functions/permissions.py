"""Whether a function's own policy lets a caller in (lambda-control-plane section 8)."""

from __future__ import annotations

from gatelet.functions.version import Qualified
from gatelet.policy.evaluate import Policy, compile_policy

INVOKE = "lambda:InvokeFunction"
INVOKE_URL = "lambda:InvokeFunctionUrl"
_BY_URL = "lambda-url"
"""In the place of a source: no ARN is spelled so."""
API_GATEWAY = "apigateway.amazonaws.com"
_KEPT_DECISIONS = 10_000


class Permissions:
    """Decisions of function policies, kept by policy revision and source: the hot path is one look-up."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[str, str, str, str], bool] = {}

    def api_may_invoke(
        self, function: Qualified, source_arn: str, source_account: str, service: str = API_GATEWAY
    ) -> bool:
        """Whether API Gateway may invoke the function for this method of an API (or another service for a source:
        the ARN tells which, so it is not in the key)."""
        key = (function.arn, function.policy_revision, source_arn, source_account)
        decision = self._decisions.get(key)
        if decision is None:
            decision = self._keep(key, self._decide(function, source_arn, source_account, service))
        return decision

    @staticmethod
    def _decide(function: Qualified, source_arn: str, source_account: str, service: str) -> bool:
        policy: Policy = compile_policy(list(function.policy))
        context: dict[str, str | list[str]] = {"aws:SourceArn": source_arn, "aws:SourceAccount": source_account}
        return policy.decide(
            principal_service=service,
            principal_aws=None,
            action=INVOKE,
            resource=function.arn,
            context=context,
        ).allowed

    def url_may_invoke(self, function: Qualified, auth_type: str) -> bool:
        """Whether anybody may call the function's URL: since October 2025 that takes two permissions.

        Reference: lambda-control-plane section 10; Lambda Developer Guide ("Control access to Lambda function URLs").
        """
        key = (function.arn, function.policy_revision, _BY_URL, auth_type)
        decision = self._decisions.get(key)
        if decision is None:
            policy = compile_policy(list(function.policy))
            context = {"lambda:FunctionUrlAuthType": auth_type, "lambda:InvokedViaFunctionUrl": "true"}
            decision = self._keep(
                key,
                all(
                    policy.decide(
                        principal_service=None,
                        principal_aws=None,
                        action=action,
                        resource=function.arn,
                        context=context,
                    ).allowed
                    for action in (INVOKE_URL, INVOKE)
                ),
            )
        return decision

    def _keep(self, key: tuple[str, str, str, str], decision: bool) -> bool:
        if len(self._decisions) >= _KEPT_DECISIONS:
            self._decisions.clear()
        self._decisions[key] = decision
        return decision
