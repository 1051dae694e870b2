"""CloudWatch's statistics of a Distribution. Pure.

Reference: CloudWatch User Guide, "CloudWatch statistics definitions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gatelet.storage.metric_points import BUCKETS_PER_OCTAVE, NEGATIVE, UNKNOWN, Distribution, bucket_of

Statistic = Callable[[Distribution], float | None]
"""Of samples; None where they do not tell it."""

SIMPLE: Mapping[str, Statistic] = {
    "SampleCount": lambda samples: samples.count,
    "Sum": lambda samples: samples.total,
    "Minimum": lambda samples: samples.low,
    "Maximum": lambda samples: samples.high,
    "Average": lambda samples: samples.total / samples.count if samples.count else None,
}
_PERCENTILE = re.compile(r"p(\d{1,3}(?:\.\d{1,10})?)")


def percentile_of(text: str) -> float | None:
    """The share of ``p99.9``: 0.999; None if the text is no percentile between 0 and 100."""
    match = _PERCENTILE.fullmatch(text)
    percent = float(match[1]) if match else 101.0
    return percent / 100 if percent <= 100 else None


def statistic_of(text: str) -> Statistic | None:
    """The statistic of that name, percentiles included; None if there is none."""
    if text in SIMPLE:
        return SIMPLE[text]
    share = percentile_of(text)
    return None if share is None else lambda samples: percentile(samples, share)


def percentile(samples: Distribution, share: float) -> float | None:
    """The value that so large a share of the samples does not exceed, within 4.5 %.

    None without samples, where one is negative, and where only a sum is known.
    """
    buckets = samples.buckets
    if not samples.count or NEGATIVE in buckets or UNKNOWN in buckets:
        return None
    if share >= 1:
        return samples.high
    rank = share * sum(buckets.values())
    for bucket in sorted(buckets):
        rank -= buckets[bucket]
        if rank <= 0:
            return _estimate(bucket, samples)
    return samples.high


def _estimate(bucket: int, samples: Distribution) -> float:
    """A value of the bucket: the least or the greatest sample if it is in there, else the middle."""
    if bucket == bucket_of(samples.low):
        return samples.low
    if bucket == bucket_of(samples.high):
        return samples.high
    return float(2.0 ** ((bucket - 0.5) / BUCKETS_PER_OCTAVE))
