"""Streamed responses over HTTP: lambda-execution sections 1, 3 and 11, apigateway-data-plane section 14."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.unit.functions.bootstraps import HEAD, TALK
from tests.walk import wait_active

ROLE = "arn:aws:iam::000000000000:role/r"
BOOTSTRAP = (
    HEAD
    + TALK
    + """
HTTP = "application/vnd.awslambda.http-integration-response"
while True:
    request_id, _, event = next_event()
    event = json.loads(event)
    do = event.get("do") or (event.get("queryStringParameters") or {}).get("do", "")
    path = f"/invocation/{request_id}"
    if do == "early":
        ask("POST", path + "/error", b'{"errorType":"Mine","errorMessage":"early"}')
        continue
    connection = connect()
    connection.putrequest("POST", BASE + path + "/response")
    connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Content-Type", "text/x-own" if do == "plain" else HTTP)
    connection.endheaders()
    def send(data):
        connection.send(b"%x\\r\\n%b\\r\\n" % (len(data), data))
    if do != "plain":
        head = {"statusCode": 201, "headers": {"X-Own": "1", "Content-Type": "text/own"}, "cookies": ["a=b", "c=d"]}
        text = json.dumps(head).encode()
        send(text[:10])
        send(text[10:] + bytes(5))
        send(bytes(3) + b"one ")
    else:
        send(b"one ")
    send(b"two")
    trailer = b"Lambda-Runtime-Function-Error-Type: Late\\r\\n" if do == "late" else b""
    connection.send(b"0\\r\\n" + trailer + b"\\r\\n")
    connection.getresponse().read()
"""
)


@pytest.fixture(scope="module")
def client(gatelet: Any) -> Any:
    client = gatelet.client("lambda")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP)
    client.create_function(
        FunctionName="streams", Runtime="provided.al2023", Role=ROLE, Handler="x", Code={"ZipFile": buffer.getvalue()}
    )
    wait_active(client, "streams")
    return client


def streamed(client: Any, event: Any, **more: Any) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
    """The answer, its payload, and what its last event tells."""
    answer = client.invoke_with_response_stream(FunctionName="streams", Payload=json.dumps(event), **more)
    events = list(answer["EventStream"])
    assert [next(iter(one)) for one in events] == ["PayloadChunk"] * (len(events) - 1) + ["InvokeComplete"]
    payload = b"".join(one["PayloadChunk"]["Payload"] for one in events[:-1])
    return answer, payload, events[-1]["InvokeComplete"]


def test_invoke_with_response_stream(client: Any) -> None:
    answer, payload, complete = streamed(client, {"do": "plain"}, LogType="Tail")
    assert (answer["StatusCode"], answer["ExecutedVersion"], payload) == (200, "$LATEST", b"one two")
    assert answer["ResponseStreamContentType"] == "application/vnd.amazon.eventstream"
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-remapped-content-type"] == "text/x-own"
    assert set(complete) == {"LogResult"}


@pytest.mark.parametrize(("do", "kind"), [("early", "Mine"), ("late", "Late")])
def test_a_function_that_fails_is_told_at_the_end(client: Any, do: str, kind: str) -> None:
    """Section 1: HTTP 200 also on a function's error."""
    answer, _, complete = streamed(client, {"do": do})
    assert (answer["StatusCode"], complete["ErrorCode"]) == (200, kind)
    assert json.loads(complete["ErrorDetails"])["errorType"] == kind


def test_a_dry_run(client: Any) -> None:
    answer = client.invoke_with_response_stream(FunctionName="streams", InvocationType="DryRun")
    answer["EventStream"].close()  # a stream that nobody reads keeps its socket in a cycle
    assert answer["StatusCode"] == 204


def test_a_function_that_is_not_there(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke_with_response_stream(FunctionName="nowhere")


@pytest.fixture(scope="module")
def url(client: Any) -> str:
    made = client.create_function_url_config(FunctionName="streams", AuthType="NONE", InvokeMode="RESPONSE_STREAM")
    for number, statement in enumerate(
        ({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
         {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True})
    ):  # fmt: skip
        client.add_permission(FunctionName="streams", StatementId=f"url{number}", Principal="*", **statement)
    return str(made["FunctionUrl"])


@pytest.fixture(scope="module")
def stage(gatelet: Any, client: Any) -> str:
    api = gatelet.client("apigateway")
    api_id = api.create_rest_api(name="streams")["id"]
    root = api.get_resources(restApiId=api_id)["items"][0]["id"]
    arn = client.get_function_configuration(FunctionName="streams")["FunctionArn"]
    where = {"restApiId": api_id, "resourceId": root, "httpMethod": "GET"}
    api.put_method(**where, authorizationType="NONE")
    api.put_integration(
        **where, type="AWS_PROXY", integrationHttpMethod="POST", responseTransferMode="STREAM",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{arn}/response-streaming-invocations",
    )  # fmt: skip
    api.create_deployment(restApiId=api_id, stageName="live")
    client.add_permission(
        FunctionName="streams", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    return f"{gatelet.endpoint}/_aws/execute-api/{api_id}/live/"


@pytest.fixture(params=["url", "stage"])
def address(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def get(address: str, do: str) -> tuple[http.client.HTTPResponse, bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request("GET", f"{parts.path}?do={do}")
    answer = connection.getresponse()
    try:
        return answer, answer.read()
    finally:
        connection.close()


def test_status_and_headers_go_ahead(address: str) -> None:
    answer, body = get(address, "")
    assert (answer.status, body) == (201, b"one two")
    assert (answer.headers["X-Own"], answer.headers["Content-Type"]) == ("1", "text/own")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.headers.get_all("Set-Cookie") == ["a=b", "c=d"]


def test_a_failure_before_the_first_byte(address: str) -> None:
    assert get(address, "early")[0].status == 502


def test_a_failure_after_the_first_byte_cuts_the_answer(address: str) -> None:
    with pytest.raises(http.client.IncompleteRead):
        get(address, "late")


def test_a_url_passes_on_what_has_no_metadata(url: str) -> None:
    answer, body = get(url, "plain")
    assert (answer.status, answer.headers["Content-Type"], body) == (200, "text/x-own", b"one two")


def test_a_rest_api_wants_metadata(stage: str) -> None:
    """Data plane section 14."""
    assert get(stage, "plain")[0].status == 502
