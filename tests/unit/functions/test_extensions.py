"""Extensions beside a runtime: lambda-execution sections 3 (Extensions API) and 7."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.bootstraps import HEAD, SCRIPTED, TALK
from tests.unit.functions.world import World, zipped

from gatelet.functions.invocation import FunctionTarget
from gatelet.functions.model import CodeReference

EXTENSION = (
    HEAD
    + TALK
    + """
API = "/2020-01-01/extension"
me = os.path.basename(sys.argv[0])
notes = open(os.environ["NOTES"] + "/" + me, "a")
def note(*values):
    print(*values, file=notes, flush=True)
note("variables", sorted(name for name in os.environ if name[:1] == "_"))
if "mute" in me:
    time.sleep(30)
if "crash" in me:
    sys.exit(3)
accept = {"Lambda-Extension-Accept-Feature": "accountId"}
status, headers, body = ask("POST", API + "/register", json.dumps({"events": ["INVOKE", "SHUTDOWN"]}),
                            {"Lambda-Extension-Name": me, **accept})
note("register", status, body.decode())
mine = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
note("again", told(ask("POST", API + "/register", b'{"events": []}', {"Lambda-Extension-Name": me})))
note("nobody", told(ask("GET", API + "/event/next", None, {"Lambda-Extension-Identifier": "x"})))
if "refuse" in me:
    ask("POST", API + "/init/error", b"", {**mine, "Lambda-Extension-Function-Error-Type": "Mine.Refused"})
if "tell" in me:
    import http.server, threading
    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            for one in json.loads(body):
                note("told", json.dumps(one))
        def log_message(self, *_):
            pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wanted = {"schemaVersion": "2022-12-13", "types": ["platform", "function", "extension"],
              "buffering": {"timeoutMs": 25},
              "destination": {"protocol": "HTTP", "URI": f"http://sandbox.localdomain:{server.server_port}/x"}}
    for odd in ({"types": ["odd"]}, {"buffering": {"maxItems": 1}},
                {"destination": {"protocol": "HTTP", "URI": "http://example.org"}}):
        note("odd", told(ask("PUT", "/2022-07-01/telemetry", json.dumps({**wanted, **odd}), mine)))
    print("the extension says", flush=True)
    note("subscribe", ask("PUT", "/2022-07-01/telemetry", json.dumps(wanted), mine)[0])
while True:
    event = json.loads(ask("GET", API + "/event/next", None, mine)[2])
    note("event", json.dumps(event))
    if event["eventType"] == "SHUTDOWN":
        break
    if "slow" in me:
        time.sleep(0.5)
    if "fall" in me:
        sys.exit(4)
"""
)


def with_extension(
    world: World, name: str, source: str | dict[str, str] = SCRIPTED, **more: Any
) -> tuple[FunctionTarget, Path]:
    """A function with a layer that has the extension, and the file of its notes."""
    data = zipped({f"extensions/{name}": EXTENSION})
    layer: CodeReference = {
        "blob": world.run(world.data.blobs.put(data)),
        "size": len(data),
        "sha256": "",
        "extensions": True,
    }
    settings = {"Runtime": "provided.al2023", "Timeout": 10, "Environment": {"Variables": {"NOTES": str(world.shared)}}}
    files = {"bootstrap": source} if isinstance(source, str) else source
    return world.function(files, layers=[layer], **{**settings, **more}), world.shared / name


def notes(path: Path, kind: str) -> list[str]:
    return [line.partition(" ")[2] for line in path.read_text().splitlines() if line.startswith(f"{kind} ")]


def test_an_extension_hears_of_every_event(forking: World) -> None:
    target, file = with_extension(forking, "listener", Handler="the.handler")
    headers = forking.value(target, 1)["headers"]
    assert json.loads(notes(file, "register")[0].partition(" ")[2]) == {
        "functionName": target.name,
        "functionVersion": "$LATEST",
        "handler": "the.handler",
        "accountId": "000000000000",
    }
    assert json.loads(notes(file, "event")[0]) == {
        "eventType": "INVOKE",
        "deadlineMs": int(headers["Lambda-Runtime-Deadline-Ms"]),
        "requestId": headers["Lambda-Runtime-Aws-Request-Id"],
        "invokedFunctionArn": headers["Lambda-Runtime-Invoked-Function-Arn"],
        "tracing": {"type": "X-Amzn-Trace-Id", "value": headers["Lambda-Runtime-Trace-Id"]},
    }
    assert notes(file, "variables") == ["[]"]
    assert notes(file, "again") == ["[403, 'Extension.InvalidExtensionState']"]
    assert notes(file, "nobody") == ["[403, 'Extension.UnknownExtensionIdentifier']"]


def test_the_caller_does_not_wait_for_extensions(forking: World) -> None:
    """Section 7 (Invoke): the response goes when the runtime posts it; the environment is busy until all are ready."""
    target, file = with_extension(forking, "slow", reserved=None)
    forking.value(target, 1)
    reports = [line for line in forking.log(target) if line.startswith("REPORT")]
    assert not reports
    forking.value(target, 2)
    assert len(notes(file, "event")) == 2


def test_an_environment_says_good_bye(forking: World) -> None:
    """Section 7 (Shutdown)."""
    target, file = with_extension(forking, "leaving")
    forking.value(target, 1)
    forking.run(forking.delete(target))
    assert until(lambda: len(notes(file, "event")) == 2)
    event = json.loads(notes(file, "event")[1])
    assert (event["eventType"], event["shutdownReason"]) == ("SHUTDOWN", "SPINDOWN")
    assert 0 < event["deadlineMs"] / 1000 - time.time() <= 2


def test_a_timeout_is_told(forking: World) -> None:
    target, file = with_extension(forking, "timed", Timeout=1)
    assert b"Sandbox.Timedout" in forking.invoke(target, {"do": "hang"}).payload
    assert until(lambda: len(notes(file, "event")) == 2)
    assert json.loads(notes(file, "event")[1])["shutdownReason"] == "TIMEOUT"


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("crash", "Extension.Crash", "exit status 3"),
        ("refuse", "Extension.InitError", "Mine.Refused"),
        ("fall", "Extension.Crash", "exit status 4"),
    ],
)
def test_an_extension_that_fails_fails_the_event(forking: World, name: str, kind: str, reason: str) -> None:
    target, _ = with_extension(forking, name)
    error = json.loads(forking.invoke(target, {"do": "hang"}).payload)
    assert error["errorType"] == kind
    assert error["errorMessage"].startswith("RequestId: ")
    assert error["errorMessage"].endswith(f" Error: {reason}")


def test_telemetry(forking: World) -> None:
    """Section 3 (Telemetry API): the platform's events, and lines of the function and of extensions."""
    target, file = with_extension(forking, "telling")
    result = forking.invoke(target, {"do": "error"})
    assert until(lambda: "platform.report" in file.read_text())
    assert notes(file, "odd") == ["[400, 'ValidationError']"] * 3
    assert notes(file, "subscribe") == ["200"]
    told = [json.loads(line) for line in notes(file, "told")]
    kinds = [one["type"] for one in told if one["type"].startswith("platform")]
    assert kinds == [
        "platform.initStart",
        "platform.extension",
        "platform.telemetrySubscription",
        "platform.initRuntimeDone",
        "platform.initReport",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    ]
    report = told[-1]["record"] if told[-1]["type"] == "platform.report" else None
    assert report is not None
    assert (report["requestId"], report["status"]) == (result.request_id, "error")
    assert {one["record"] for one in told if one["type"] == "function"} == {"starting\n"}
    assert "starting\n" in forking.log(target)
    assert "the extension says\n" in forking.log(target)


def test_an_internal_extension(forking: World) -> None:
    """A part of the runtime's process: no SHUTDOWN for it, and none may register when the initialisation is over."""
    source = HEAD + TALK + (
        'API, name = "/2020-01-01/extension/register", {"Lambda-Extension-Name": "inside"}\n'
        'seen = [told(ask("POST", API, b\'{"events": ["SHUTDOWN"]}\', name)), told(ask("POST", API, b\'{}\')),\n'
        '        told(ask("POST", API, b\'{"events": ["OTHER"]}\', name))]\n'
        "request_id, _, _ = next_event()\n"
        'seen.append(told(ask("POST", API, b\'{"events": ["INVOKE"]}\', name)))\n'
        'ask("POST", f"/invocation/{request_id}/response", json.dumps(seen))\n'
        "next_event()\n"
    )  # fmt: skip
    target = forking.function({"bootstrap": source}, Runtime="provided.al2023", Timeout=10)
    assert forking.value(target) == [
        [400, "ShutdownEventNotSupportedForInternalExtension"],
        [400, "Extension.InvalidExtensionName"],
        [400, "Extension.InvalidEventType"],
        [403, "Extension.RegistrationClosed"],
    ]


INSIDE = """
import http.client, json, os, threading
inherited = [name for name in os.listdir("/proc/self/fd") if int(name) > 2]
heard = []
def listen():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=30)
    api = "/2020-01-01/extension"
    connection.request("POST", api + "/register", b'{"events": ["INVOKE"]}', {"Lambda-Extension-Name": "inside"})
    answer = connection.getresponse()
    answer.read()
    mine = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
    registered.set()
    while True:
        connection.request("GET", api + "/event/next", None, mine)
        heard.append(json.loads(connection.getresponse().read())["eventType"])
        came.set()
registered, came = threading.Event(), threading.Event()
threading.Thread(target=listen, daemon=True).start()
registered.wait(10)
def handler(event, context):
    came.wait(10)
    return [heard, len(inherited)]
"""


def test_a_part_of_a_python_function_is_an_extension_too(forking: World) -> None:
    """The handler's process has two descriptors of the supervisor's and no more (the third is the look at them)."""
    target, file = with_extension(forking, "beside", {"app.py": INSIDE}, Runtime="python3.11", Handler="app.handler")
    assert forking.value(target) == [["INVOKE"], 3]
    assert len(notes(file, "event")) == 1


def test_a_gateway_s_request_to_a_python_function_beside_extensions(forking: World) -> None:
    source = (
        "def handler(event, context):\n"
        "    user = event['queryStringParameters']['userId']\n"
        "    right = {'statusCode': 201, 'headers': {'X-A': 'b'}, 'body': user}\n"
        "    return right if event['body'] is None else {'odd': 1}\n"
    )
    target, _ = with_extension(forking, "at-the-gate", {"app.py": source}, Runtime="python3.11", Handler="app.handler")
    reply = forking.proxy(target)
    assert (reply.kind, reply.status, reply.headers, reply.body) == ("response", 201, b"X-A: b\r\n", b"12345")
    odd = forking.proxy(target, body=b"x")
    assert (odd.kind, odd.payload) == ("malformed", b'{"odd": 1}')


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside an extension"])
def test_a_connection_that_the_other_side_has_closed_raises(forking: World, beside: bool) -> None:
    """Python ignores SIGPIPE, in Lambda as anywhere: a handler sees BrokenPipeError, and its process lives."""
    source = (
        "import os, socket\n"
        "def handler(event, context):\n"
        "    near, far = socket.socketpair()\n"
        "    far.close()\n"
        "    try:\n"
        "        near.send(b'x')\n"
        "    except BrokenPipeError:\n"
        "        return os.getpid()\n"
    )
    settings = {"Runtime": "python3.11", "Handler": "app.handler"}
    if beside:
        target, _ = with_extension(forking, "at-the-pipe", {"app.py": source}, **settings)
    else:
        target = forking.function(source, **settings)
    first = forking.value(target)
    assert (type(first), forking.value(target)) == (int, first)


def until(holds: Any) -> bool:
    end = time.monotonic() + 5
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(holds())
