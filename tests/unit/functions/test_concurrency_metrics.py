"""How much ran at once, as CloudWatch tells it (Lambda Developer Guide, "Types of metrics for Lambda functions")."""

from __future__ import annotations

from tests.unit.functions.test_concurrency import HERE as REGION
from tests.unit.functions.test_concurrency import Region, version

from gatelet.aws.scope import Scope
from gatelet.functions.concurrency import Peaks
from gatelet.functions.concurrency_metrics import samples_of

HERE = Scope("000000000000", "eu-west-1")
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:f"


def test_peaks_by_function_by_version_and_over_all() -> None:
    peaks = Peaks({ARN: 7}, {(ARN, "2"): 3}, {HERE: 9}, {HERE: 5})
    found = {(key.name, key.dimensions): samples.high for key, samples in samples_of(peaks, lambda arn, version: 4)}
    function, version = ("FunctionName", "f"), ("Resource", "f:2")
    assert found == {
        ("ConcurrentExecutions", (function,)): 7,
        ("ProvisionedConcurrentExecutions", (function, version)): 3,
        ("ProvisionedConcurrencyUtilization", (function, version)): 0.75,
        ("ConcurrentExecutions", ()): 9,
        ("UnreservedConcurrentExecutions", ()): 5,
    }


def test_what_is_not_provisioned_any_more_has_no_utilization() -> None:
    peaks = Peaks({}, {(ARN, "2"): 3}, {}, {})
    assert [key.name for key, _ in samples_of(peaks, lambda arn, version: 0)] == ["ProvisionedConcurrentExecutions"]


def test_a_peak_counts_once_and_what_still_runs_counts_on() -> None:
    region = Region(10)
    warm, plain = version("a", number="1", provisioned=1), version("b")
    leases = [region.admit(warm, provisioned=1), region.admit(warm, provisioned=1), region.admit(plain)]
    assert (leases[0].is_provisioned, leases[1].is_provisioned) == (True, False)
    for lease in leases[:2]:
        lease.release()
    first = region.concurrency.peaks()
    assert first == Peaks({warm.arn: 2, plain.arn: 1}, {(warm.arn, "1"): 1}, {REGION: 3}, {REGION: 2})
    assert region.concurrency.peaks() == Peaks({plain.arn: 1}, {}, {REGION: 1}, {REGION: 1})
    assert region.concurrency.running() == {warm.arn: 0, plain.arn: 1}
    leases[2].release()
    region.concurrency.peaks()
    assert region.concurrency.peaks() == Peaks({}, {}, {}, {})
