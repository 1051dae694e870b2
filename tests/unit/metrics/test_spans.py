"""Trace headers: X-Ray's and W3C's (Trace Context, section 3.2), and how one becomes the other."""

from __future__ import annotations

import pytest

from gatelet.gateway.trace_header import complete_trace, incoming_trace
from gatelet.metrics.spans import TraceContext, read_amazon, read_traceparent, write_amazon, write_traceparent

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
W3C = f"00-{TRACE}-{PARENT}-01"
AMAZON = f"Root=1-0af76519-16cd43dd8448eb211c80319c;Parent={PARENT};Sampled=1"
GENERATED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"


def test_each_says_what_the_other_says() -> None:
    context = TraceContext(TRACE, PARENT, sampled=True)
    assert read_traceparent(W3C) == read_amazon(AMAZON) == context
    assert (write_traceparent(context), write_amazon(context)) == (W3C, AMAZON)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"00-{TRACE}-{PARENT}",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-0",
    ],
)
def test_what_is_no_traceparent(header: str) -> None:
    assert read_traceparent(header) is None
    assert incoming_trace({"traceparent": header}) is None


def test_a_later_version_may_say_more() -> None:
    assert read_traceparent(f"01-{TRACE}-{PARENT}-00-more") == TraceContext(TRACE, PARENT, sampled=False)


@pytest.mark.parametrize(
    ("header", "context"),
    [
        ("Root=1-5759e988-bd862e3fe1be46a994272793", ("", None)),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0", ("", False)),
        ("Self=x; Root=1-5759E988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", ("53995c3f42cd8ad8", None)),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=short;Sampled=?", ("", None)),
    ],
)
def test_parts_may_be_missing(header: str, context: tuple[str, bool | None]) -> None:
    assert read_amazon(header) == ("5759e988bd862e3fe1be46a994272793", *context)


@pytest.mark.parametrize("header", ["", "Parent=53995c3f42cd8ad8", "Root=1-xyz", "Root=2-5759e988-bd862e3fe1be46a9"])
def test_without_a_root_there_is_no_trace(header: str) -> None:
    assert read_amazon(header) is None


def test_amazon_s_header_comes_before_w3c_s() -> None:
    assert incoming_trace({"traceparent": W3C}) == AMAZON
    assert incoming_trace({"traceparent": W3C, "x-amzn-trace-id": "Root=1-a"}) == "Root=1-a"
    assert complete_trace(incoming_trace({"traceparent": W3C}), GENERATED) == (AMAZON, AMAZON)
    assert complete_trace(incoming_trace({"traceparent": "no"}), GENERATED)[1] == GENERATED
