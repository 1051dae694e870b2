"""The chain of functions in X-Amzn-Trace-Id: lambda-execution section 12."""

from __future__ import annotations

import pytest

from gatelet.functions.lineage import advanced, loops

ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"


def arn(name: str) -> str:
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


def chain(*names: str, trace: str = ROOT) -> str:
    for name in names:
        trace = advanced(trace, arn(name))
    return trace


def test_each_function_is_counted_from_zero() -> None:
    first = chain("a")
    assert first.startswith(ROOT + ";Lineage=")
    assert first.endswith(":0")
    lineage = chain("a", "b", "a").partition("Lineage=")[2]
    assert [entry.partition(":")[2] for entry in lineage.split("|")] == ["0", "1"]


@pytest.mark.parametrize("loop", [["a"], ["a", "b"], ["a", "b", "c", "d", "e"]], ids=len)
def test_the_seventeenth_time_is_one_too_many(loop: list[str]) -> None:
    assert not loops(chain("before", *loop * 15, *loop[:1]), arn("a"))
    assert loops(chain("before", *loop * 16, *loop[:1]), arn("a"))
    assert not loops(chain("before", *loop * 16, *loop[:1]), arn("before"))


def test_a_long_chain_fits_the_header_and_loses_those_that_do_not_loop() -> None:
    trace = chain("a", "a", *[f"f{number}" for number in range(100)])
    assert len(trace) <= 256
    assert loops(chain(*["a"] * 15, trace=trace), arn("a"))


@pytest.mark.parametrize("lineage", ["", "nonsense", "a87bd80c:x", "a87bd80c:1||", "1:a87bd80c:0", "a87bd80c:99999"])
def test_what_is_no_lineage_counts_nothing(lineage: str) -> None:
    trace = chain("a", trace=f"{ROOT};Lineage={lineage}")
    assert trace == chain("a")
