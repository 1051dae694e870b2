"""Compressed requests (botocore's ``requestcompression``)."""

from __future__ import annotations

import gzip

import pytest
from tests.unit.wire.client import Sent

from gatelet.aws.quotas import GATEWAY_BODY_BYTES
from gatelet.wire.codec import Codec
from gatelet.wire.errors import SerializationFailure

BODY = b'{"Namespace": "Own", "MetricData": [{"MetricName": "m", "Value": 1}]}'


def sent(body: bytes, encoding: str = "gzip", target: str = "GraniteServiceVersion20100801.PutMetricData") -> Sent:
    return Sent(headers=[("X-Amz-Target", target), ("Content-Encoding", encoding)], body=body)


def test_what_is_meant_is_read() -> None:
    decoded = Codec().decode("cloudwatch", sent(gzip.compress(BODY)))
    assert decoded.operation == "PutMetricData"
    assert decoded.params == {"Namespace": "Own", "MetricData": [{"MetricName": "m", "Value": 1.0}]}


@pytest.mark.parametrize(
    "body",
    [BODY, b"", gzip.compress(BODY)[:-4], gzip.compress(bytes(GATEWAY_BODY_BYTES + 1))],
    ids=["plain", "empty", "cut", "bomb"],
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(SerializationFailure):
        Codec().decode("cloudwatch", sent(body))


def test_a_service_without_compressed_operations_takes_no_compression() -> None:
    with pytest.raises(SerializationFailure):
        Codec().decode("logs", sent(gzip.compress(b"{}"), target="Logs_20140328.DescribeLogGroups"))


def test_who_names_a_target_speaks_json_and_who_does_not_the_query_protocol() -> None:
    codec = Codec()
    assert codec.dialect("cloudwatch", sent(b"")) == "cloudwatch"
    form = Sent(headers=[("Content-Type", "application/x-www-form-urlencoded")], body=b"Action=ListMetrics")
    old = codec.dialect("cloudwatch", form)
    assert old != "cloudwatch"
    assert codec.decode(old, form).operation == "ListMetrics"
    assert codec.dialect("iam", form) == "iam"
    assert codec.dialect("logs", form) == "logs"
