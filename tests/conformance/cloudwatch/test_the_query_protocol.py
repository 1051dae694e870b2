"""CloudWatch for clients of the query protocol, which SDKs spoke before JSON."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.walk import request

XMLNS = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"


def ask(gatelet: Any, action: str, **parameters: Any) -> tuple[int, ET.Element]:
    """Status and body of a signed form; ``a__member__1`` stands for ``a.member.1``."""
    named = {name.replace("__", "."): value for name, value in parameters.items()}
    body = urlencode({"Action": action, "Version": "2010-08-01", **named})
    signed = AWSRequest(
        "POST",
        f"{gatelet.endpoint}/",
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        data=body,
    )
    SigV4Auth(Credentials("test", "test"), "monitoring", "us-east-1").add_auth(signed)
    answer = request(f"{gatelet.endpoint}/", "POST", body.encode(), dict(signed.headers.items()))
    return answer.status, ET.fromstring(answer.body)


def test_put_and_read(gatelet: Any) -> None:
    datum = {"MetricName": "m", "Value": "4", "Dimensions.member.1.Name": "d", "Dimensions.member.1.Value": "x"}
    given = {f"MetricData.member.1.{name}": value for name, value in datum.items()}
    assert ask(gatelet, "PutMetricData", Namespace="Query", **given)[0] == 200
    status, listed = ask(gatelet, "ListMetrics", Namespace="Query")
    assert status == 200
    assert [each.text for each in listed.iter(f"{XMLNS}MetricName")] == ["m"]
    now = datetime.now(UTC)
    status, answer = ask(
        gatelet,
        "GetMetricStatistics",
        Namespace="Query",
        MetricName="m",
        Period=3600,
        StartTime=(now - timedelta(minutes=30)).isoformat(),
        EndTime=(now + timedelta(minutes=1)).isoformat(),
        Statistics__member__1="Sum",
        Dimensions__member__1__Name="d",
        Dimensions__member__1__Value="x",
    )
    assert status == 200
    assert [each.text for each in answer.iter(f"{XMLNS}Sum")] == ["4.0"]


def test_errors(gatelet: Any) -> None:
    status, answer = ask(gatelet, "ListMetrics", NextToken="?")
    assert (status, answer.findtext(f".//{XMLNS}Code")) == (400, "InvalidParameterValue")
    status, answer = ask(gatelet, "DescribeAlarms")
    assert (status, answer.findtext(f".//{XMLNS}Code")) == (501, "NotImplementedException")
