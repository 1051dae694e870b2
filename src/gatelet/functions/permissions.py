"""Whether a function's own policy lets a caller in (lambda-control-plane section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gatelet.functions.version import Qualified
from gatelet.policy.combine import Named
from gatelet.policy.evaluate import Policy, compile_policy

INVOKE = "lambda:InvokeFunction"
INVOKE_URL = "lambda:InvokeFunctionUrl"
NO_AUTHENTICATION = "NONE"
"""The AuthType of a function URL that anybody may call whom the function's policy lets in."""
_BY_URL = "lambda-url"
"""In the place of a source: no ARN is spelled so."""
API_GATEWAY = "apigateway.amazonaws.com"
_KEPT_DECISIONS = 10_000
_KEPT_POLICIES = 1_000


class UrlCaller(Protocol):
    """Who signed a request to a function URL."""

    def may(self, action: str, resource: str, context: Mapping[str, str | list[str]], policy: Named | None) -> bool:
        """Whether its own policies and the resource's together allow the action."""


class Permissions:
    """Decisions of function policies, kept by policy revision and source: the hot path is one look-up."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[str, str, str, str], bool] = {}
        self._policies: dict[tuple[str, str], Named] = {}

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

    def url_may_invoke(self, function: Qualified, auth_type: str, caller: UrlCaller | None) -> bool:
        """Whether the caller may call the function's URL, None: anybody. Since October 2025 that takes two permissions.

        Reference: lambda-control-plane section 10; Lambda Developer Guide ("Control access to Lambda function URLs").
        """
        context: dict[str, str | list[str]] = {
            "lambda:FunctionUrlAuthType": auth_type,
            "lambda:InvokedViaFunctionUrl": "true",
        }
        if caller is not None:
            named = self._policy(function)
            return all(caller.may(action, function.arn, context, named) for action in (INVOKE_URL, INVOKE))
        if auth_type != NO_AUTHENTICATION:
            return False
        key = (function.arn, function.policy_revision, _BY_URL, auth_type)
        decision = self._decisions.get(key)
        if decision is None:
            policy = compile_policy(list(function.policy))
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

    def _policy(self, function: Qualified) -> Named | None:
        """The function's own policy, compiled; None: it has none."""
        if not function.policy:
            return None
        key = (function.arn, function.policy_revision)
        policy = self._policies.get(key)
        if policy is None:
            policy = Named(f"the policy of {function.arn}", compile_policy(list(function.policy)))
            if len(self._policies) >= _KEPT_POLICIES:
                self._policies.clear()
            self._policies[key] = policy
        return policy

    def _keep(self, key: tuple[str, str, str, str], decision: bool) -> bool:
        if len(self._decisions) >= _KEPT_DECISIONS:
            self._decisions.clear()
        self._decisions[key] = decision
        return decision
