"""Extensions beside a Python function: lambda-execution sections 3 (Extensions API, Telemetry API) and 7."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from tests.conformance.functions.extensions import REGISTER, publish
from tests.conformance.functions.world import Function, make_function

HANDLER = """
import http.client, json, logging, os, time
print("printed at import")

def lambda_handler(event, context):
    if event.get("do") == "fail":
        raise ValueError("told")
    if event.get("do") == "exit":
        os._exit(7)
    if event.get("do") == "hang":
        time.sleep(60)
    if event.get("do") == "register":
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=10)
        connection.request("POST", "/2020-01-01/extension/register", b'{"events": ["INVOKE"]}',
                           {"Lambda-Extension-Name": "inside"})
        answer = connection.getresponse()
        return [answer.status, json.loads(answer.read()).get("errorType")]
    logging.getLogger().warning("logged")
    return {"id": context.aws_request_id, "trace": os.environ["_X_AMZN_TRACE_ID"]}
"""
TELLING = REGISTER + """
print("registered", body.decode(), flush=True)
while True:
    event = next_event()
    print("heard", json.dumps(event), flush=True)
    if event["eventType"] == "SHUTDOWN":
        break
"""  # fmt: skip
FAILING = REGISTER + """
kind = {**mine, "Lambda-Extension-Function-Error-Type": "Own.Reason"}
if me == "refuses":
    ask("POST", API + "/init/error", b"", kind)
next_event()
if me == "gives-up":
    ask("POST", API + "/exit/error", b"", kind)
sys.exit(4)
"""  # fmt: skip
LISTENING = REGISTER + """
import http.server, threading
class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        for one in told:
            if one["type"] != "extension":  # or it would hear itself for ever
                print("telemetry", json.dumps(one), flush=True)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
threading.Thread(target=server.serve_forever, daemon=True).start()
wanted = {"schemaVersion": "2022-12-13", "types": ["platform", "function"], "buffering": {"timeoutMs": 25},
          "destination": {"protocol": "HTTP", "URI": f"http://sandbox.localdomain:{server.server_port}"}}
print("subscribed", ask("PUT", "/2022-07-01/telemetry", json.dumps(wanted), mine)[0], flush=True)
while next_event()["eventType"] != "SHUTDOWN":
    pass
"""  # fmt: skip


def beside(gatelet: Any, name: str, extension: str, **settings: Any) -> Function:
    """A Python function, and this extension in a layer."""
    layer = publish(gatelet.client("lambda"), name, extension)
    return make_function(gatelet, f"with-{name}", {"lambda_function.py": HANDLER}, Layers=[layer], **settings)


def said(function: Function, word: str, count: int) -> list[Any]:
    """What the extension printed after a word, once it has said it so often."""
    deadline = time.monotonic() + 10
    found: list[Any] = []
    while time.monotonic() < deadline and len(found) < count:
        messages = function.messages(word)
        found = [json.loads(text.partition(" ")[2]) for text in messages if text.startswith(f"{word} ")]
    return found


def test_it_hears_of_every_event_and_of_the_end(gatelet: Any) -> None:
    function = beside(gatelet, "hears", TELLING)
    outcome = function.invoke({})
    assert said(function, "registered", 1) == [
        {"functionName": "with-hears", "functionVersion": "$LATEST", "handler": "lambda_function.lambda_handler"}
    ]
    (invoke,) = said(function, "heard", 1)
    assert invoke.pop("deadlineMs") > time.time() * 1000 - 60_000
    assert invoke == {
        "eventType": "INVOKE",
        "requestId": outcome.request_id,
        "invokedFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:with-hears",
        "tracing": {"type": "X-Amzn-Trace-Id", "value": outcome.value["trace"]},
    }
    function.update(Description="another environment")
    end = said(function, "heard", 2)[1]
    assert (end["eventType"], end["shutdownReason"]) == ("SHUTDOWN", "SPINDOWN")


def test_a_timeout_is_told(gatelet: Any) -> None:
    function = beside(gatelet, "waits", TELLING, Timeout=1)
    assert function.invoke({"do": "hang"}).value["errorType"] == "Sandbox.Timedout"
    assert said(function, "heard", 2)[1]["shutdownReason"] == "TIMEOUT"
    assert function.invoke({}).error is None


def test_a_runtime_that_ends_is_told(gatelet: Any) -> None:
    function = beside(gatelet, "outlives", TELLING)
    outcome = function.invoke({"do": "exit"})
    assert outcome.value["errorMessage"].endswith("Error: Runtime exited with error: exit status 7")
    assert said(function, "heard", 2)[1]["shutdownReason"] == "FAILURE"
    assert function.invoke({}).error is None


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("refuses", "Extension.InitError", "Own.Reason"),
        ("gives-up", "Extension.ExitError", "Own.Reason"),
        ("crashes", "Extension.Crash", "exit status 4"),
    ],
)
def test_one_that_fails_fails_the_event(gatelet: Any, name: str, kind: str, reason: str) -> None:
    outcome = beside(gatelet, name, FAILING).invoke({"do": "hang"})
    assert outcome.error == "Unhandled"
    assert outcome.value == {"errorMessage": f"RequestId: {outcome.request_id} Error: {reason}", "errorType": kind}


def test_telemetry(gatelet: Any) -> None:
    """The platform's events, and every line of the function."""
    function = beside(gatelet, "listens", LISTENING)
    outcome = function.invoke({"do": "fail"})
    function.invoke({})
    assert said(function, "subscribed", 1) == [200]
    function.messages('"platform.report"', "logged")
    told = said(function, "telemetry", 11)
    platform = [(one["type"], one["record"]) for one in told if one["type"].startswith("platform")]
    assert [kind for kind, _ in platform][:8] == [
        "platform.initStart",
        "platform.extension",
        "platform.telemetrySubscription",
        "platform.initRuntimeDone",
        "platform.initReport",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    ]
    assert platform[5][1] == {"requestId": outcome.request_id, "version": "$LATEST"}
    assert platform[7][1]["status"] == "error"
    lines = [one["record"] for one in told if one["type"] == "function"]
    assert lines[0] == "printed at import\n"
    assert lines[1].startswith("[ERROR] ValueError: told\nTraceback")


def test_nobody_registers_when_the_initialisation_is_over(gatelet: Any) -> None:
    """Parts of the function's own process are asked like any other."""
    function = beside(gatelet, "first", TELLING)
    assert function.invoke({"do": "register"}).value == [403, "Extension.RegistrationClosed"]
