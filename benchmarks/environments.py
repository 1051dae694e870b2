"""What a new execution environment costs: the first invocation of a function that nobody has called yet."""

from __future__ import annotations

import base64
import http.client
import re
import statistics
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks import first_step
from benchmarks.servers import Server, ServerFailed

_EVENT = b'{"queryStringParameters": {"userId": "12345"}}'
_INIT_DURATION = re.compile(r"Init Duration: ([\d.]+) ms")
_ROLE = "arn:aws:iam::000000000000:role/benchmark"


@dataclass(frozen=True, slots=True)
class NewEnvironment:
    """Medians over several fresh functions, in milliseconds."""

    functions: int
    init_ms: float
    """``Init Duration`` of the REPORT line: the process and the module, without the request."""
    first_invoke_ms: float
    first_invoke_p90_ms: float
    """The client's time, HTTP and the invocation itself included."""
    next_invoke_ms: float
    """The client's time of the second invocation, in the same environment."""


def measure(server: Server, functions: int) -> NewEnvironment:
    """Create, call twice and delete so many functions with the example's handler, its ``import boto3`` included."""
    client: Any = boto3.client(
        "lambda",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    archive = first_step.archive()
    inits, firsts, nexts = [], [], []
    for number in range(functions):
        name = f"fresh-{number}"
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=_ROLE,
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": archive},
        )
        client.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400}
        )
        first, log = _timed_invoke(server.endpoint, name)
        init = _INIT_DURATION.search(log)
        if init is None:
            raise ServerFailed(f"the first invocation of {name} reports no Init Duration: {log!r}")
        inits.append(float(init[1]))
        firsts.append(first)
        nexts.append(_timed_invoke(server.endpoint, name)[0])
    for number in range(functions):
        client.delete_function(FunctionName=f"fresh-{number}")
    firsts.sort()
    return NewEnvironment(
        functions,
        statistics.median(inits),
        statistics.median(firsts),
        firsts[functions * 9 // 10],
        statistics.median(nexts),
    )


def _timed_invoke(endpoint: str, name: str) -> tuple[float, str]:
    """Milliseconds from the request to the end of the answer, and the log's tail; signed before the clock runs."""
    url = f"{endpoint}/2015-03-31/functions/{name}/invocations"
    request = AWSRequest("POST", url, headers={"X-Amz-Log-Type": "Tail"}, data=_EVENT)
    SigV4Auth(Credentials("test", "test"), "lambda", "us-east-1").add_auth(request)
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.connect()
    try:
        begun = time.perf_counter()
        connection.request("POST", parts.path, _EVENT, dict(request.headers.items()))
        answer = connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - begun) * 1000
    finally:
        connection.close()
    if answer.status != 200 or b"12345" not in body:
        raise ServerFailed(f"invoking {name}: {answer.status} {body[:300]!r}")
    return took, base64.b64decode(answer.getheader("X-Amz-Log-Result", "")).decode("utf-8", "replace")
