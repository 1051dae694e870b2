"""Who may use how much: API keys and their usage plans, throttles of plans, methods and the account, quotas.

Reference: apigateway-authorization-limits sections 7 to 9; the order is that of section 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.counters.ports import Bucket, Buckets, Quotas
from gatelet.gateway.plans import ApiKey, LivePlans, UsagePlan

INHERITED = -1
"""A rate or burst in a stage's method settings that is no limit of its own (section 9)."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What admitting a request takes: the keys and plans in force, and the counters."""

    plans: LivePlans
    buckets: Buckets
    quotas: Quotas


class AccountThrottle(NamedTuple):
    """What an account may take of a region: AWS's defaults, which it raises on request, as the operator may."""

    rate: float = quotas.ACCOUNT_THROTTLE_RATE
    burst: int = quotas.ACCOUNT_THROTTLE_BURST


DEFAULT_THROTTLE = AccountThrottle()


def account_bucket(scope: Scope, account: AccountThrottle) -> Bucket:
    """What an account may take of a region."""
    return Bucket(f"account/{scope.account}/{scope.region}", account.rate, account.burst)


def method_bucket(
    scope: Scope, api_id: str, stage: str, method: str, settings: Mapping[str, Any], account: AccountThrottle
) -> Bucket | None:
    """The throttle of a method (``/users/GET``) in its stage: its own bucket, whichever entry set the limits."""
    rate = float(settings.get("throttlingRateLimit", INHERITED))
    burst = int(settings.get("throttlingBurstLimit", INHERITED))
    if rate < 0 or rate >= quotas.ACCOUNT_THROTTLE_RATE:
        rate = account.rate
    if burst < 0 or burst >= quotas.ACCOUNT_THROTTLE_BURST:
        burst = account.burst
    if (rate, burst) == account:
        return None  # the account's own bucket says no first
    name = f"method/{scope.account}/{scope.region}/{api_id}/{stage}{method}"
    return Bucket(name, rate, burst)


def meter(scope: Scope, plan: UsagePlan, key: ApiKey) -> str:
    """The name of what a key has used of a plan: the control plane's too."""
    return f"{scope.account}/{scope.region}/{plan.id}/{key.id}"
