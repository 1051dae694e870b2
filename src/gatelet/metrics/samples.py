"""What meters give when they are folded."""

from __future__ import annotations

from typing import TypeAlias

from gatelet.storage.metric_points import Distribution, MetricKey

Sample: TypeAlias = tuple[MetricKey, Distribution]
"""Samples of one metric. The Distribution may be given for several metrics: it is not to be changed."""

GATHERED = 256
"""So many samples are kept one by one before they are summed up."""


def shares(ones: int, count: int) -> Distribution:
    """``count`` samples, ``ones`` of them 1 and the others 0: their Sum counts, their Average is a rate."""
    samples = Distribution()
    samples.add_many(1.0, ones)
    samples.add_many(0.0, count - ones)
    return samples
