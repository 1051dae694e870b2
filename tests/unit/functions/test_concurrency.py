"""Admission by provisioned, reserved and unreserved concurrency (lambda-execution section 9)."""

from __future__ import annotations

import pytest

from gatelet.aws import quotas
from gatelet.aws.arn import function_arn
from gatelet.aws.scope import Scope
from gatelet.functions.concurrency import ACCOUNT_EXCEEDED, RESERVED_EXCEEDED, Concurrency, Lease
from gatelet.functions.invocation import TooManyRequests
from gatelet.functions.scale_out import RATE_EXCEEDED, RESERVED_RATE_EXCEEDED, ScaleOut
from gatelet.functions.version import FunctionVersion, Qualified

HERE, THERE = Scope("000000000000", "us-east-1"), Scope("000000000000", "eu-west-1")


def version(name: str, scope: Scope = HERE, number: str = "$LATEST", provisioned: int = 0) -> FunctionVersion:
    """A version of which admission sees scope, name, number and provisioned concurrency."""
    return FunctionVersion(
        scope=scope, name=name, version=number, arn=function_arn(scope, name), runtime="python3.11", runtime_arn="",
        handler="a.b", timeout=3.0, memory=128, variables={}, role="", log_group="", code="",
        serving=f"{name} {number}", provisioned=provisioned,
    )  # fmt: skip


class Region:
    """Admission in one scope, with what functions have taken out of its pool."""

    def __init__(self, limit: int, held_back: int = 0) -> None:
        self.concurrency = Concurrency(account_limit=limit)
        self.held_back = held_back

    def admit(self, function: FunctionVersion, *, reserved: int | None = None, provisioned: int = 0) -> Lease:
        named = Qualified(function.arn, "", (), function, reserved, provisioned)
        return self.concurrency.admit(named, function, self.held_back, 0.0)

    def refusal(self, function: FunctionVersion, *, reserved: int | None = None, provisioned: int = 0) -> str:
        with pytest.raises(TooManyRequests) as refused:
            self.admit(function, reserved=reserved, provisioned=provisioned)
        return refused.value.reason


def test_the_account_limit_is_of_a_region_and_shared_by_functions() -> None:
    region = Region(3)
    leases = [region.admit(version(name)) for name in ("a", "b", "b")]
    assert region.refusal(version("c")) == ACCOUNT_EXCEEDED
    region.admit(version("c", THERE))
    leases[0].release()
    leases[0].release()
    region.admit(version("c"))
    assert region.refusal(version("c")) == ACCOUNT_EXCEEDED


def test_what_is_reserved_is_not_in_the_pool() -> None:
    region = Region(3, held_back=2)
    region.admit(version("a"))
    assert region.refusal(version("b")) == ACCOUNT_EXCEEDED
    region.admit(version("c"), reserved=2)
    region.admit(version("c", number="1"), reserved=2)
    assert region.refusal(version("c"), reserved=2) == RESERVED_EXCEEDED, "a reservation is of all versions"


def test_reserved_0_turns_a_function_off() -> None:
    assert Region(1_000).refusal(version("a"), reserved=0) == RESERVED_EXCEEDED


def test_provisioned_concurrency_comes_first_and_spills_over() -> None:
    region = Region(3, held_back=2)
    warm = version("a", number="1", provisioned=2)
    leases = [region.admit(warm, provisioned=2) for _ in range(3)]
    assert region.refusal(warm, provisioned=2) == ACCOUNT_EXCEEDED, "the pool has one, and it is taken"
    assert region.refusal(version("b")) == ACCOUNT_EXCEEDED
    leases[0].release()
    region.admit(warm, provisioned=2)
    assert region.refusal(version("b")) == ACCOUNT_EXCEEDED, "what is provisioned is nobody else's"


def test_reserved_as_much_as_provisioned_leaves_nothing_to_the_other_versions() -> None:
    region = Region(100, held_back=2)
    warm = version("a", number="1", provisioned=2)
    assert region.refusal(version("a"), reserved=2, provisioned=2) == RESERVED_EXCEEDED
    for _ in range(2):
        region.admit(warm, reserved=2, provisioned=2)
    assert region.refusal(warm, reserved=2, provisioned=2) == RESERVED_EXCEEDED, "there is no spill-over"
    region.admit(warm, reserved=3, provisioned=2)


def test_a_lease_is_released_by_its_block() -> None:
    region = Region(1)
    with pytest.raises(ValueError, match="inside"), region.admit(version("a")):
        raise ValueError("inside")
    with region.admit(version("a")):
        assert region.refusal(version("a")) == ACCOUNT_EXCEEDED


def test_a_deleted_function_that_still_runs_counts() -> None:
    region = Region(1)
    function = version("a", number="1", provisioned=1)
    leases = [region.admit(function, provisioned=1), region.admit(function, provisioned=1)]
    region.concurrency.forget(function.arn)
    assert region.refusal(function, provisioned=1) == ACCOUNT_EXCEEDED
    for lease in leases:
        lease.release()
    region.concurrency.forget(function.arn)
    region.admit(function, provisioned=1)


def test_a_function_grows_by_1000_in_10_seconds() -> None:
    """Continuously refilled, not saved up; what a function has had lately costs nothing."""
    scale_out = ScaleOut(0.0)
    scale_out.admit(quotas.SCALE_OUT_ENVIRONMENTS, 50.0, reserved=False)
    with pytest.raises(TooManyRequests) as refused:
        scale_out.admit(1_001, 50.0, reserved=False)
    assert (refused.value.reason, refused.value.retry_after) == (RATE_EXCEEDED, 1)
    with pytest.raises(TooManyRequests) as refused:
        scale_out.admit(1_500, 50.0, reserved=True)
    assert (refused.value.reason, refused.value.retry_after) == (RESERVED_RATE_EXCEEDED, 5)
    scale_out.admit(3, 50.1, reserved=False)
    scale_out.admit(1_000, 50.1, reserved=False)
    scale_out.admit(1_500, 55.0, reserved=False)
    scale_out.admit(2_500, 70.0, reserved=False)
    with pytest.raises(TooManyRequests):
        scale_out.admit(2_501, 70.0, reserved=False)


def test_concurrency_of_long_ago_is_new_again() -> None:
    scale_out = ScaleOut(0.0)
    scale_out.admit(1_000, 299.0, reserved=False)
    scale_out.admit(1_000, 301.0, reserved=False)
    scale_out.admit(2_000, 320.0, reserved=False)
    scale_out.admit(1_000, 2_000.0, reserved=False)
    with pytest.raises(TooManyRequests):
        scale_out.admit(2_000, 2_000.0, reserved=False)
