"""Programs that speak the Runtime API, for tests: a function's ``bootstrap`` that does what its events say."""

from __future__ import annotations

import sys
from pathlib import Path

HEAD = f"#!{Path(sys.executable).resolve()} -ISu\n"

TALK = """
import http.client, json, os, sys, time
BASE = "/2018-06-01/runtime"
def connect():
    return http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=30)
def ask(method, path, body=None, headers={}, connection=None):
    own = connection or connect()
    own.request(method, path if path.startswith("/2") else BASE + path, body, headers)
    answer = own.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()
def told(answer):
    status, _, body = answer
    return [status, json.loads(body).get("errorType")]
def next_event():
    status, headers, body = ask("GET", "/invocation/next")
    return headers["Lambda-Runtime-Aws-Request-Id"], headers, body
"""
"""What the other programs begin with."""

SCRIPTED = (
    HEAD
    + TALK
    + """
print("starting")
while True:
    request_id, headers, body = next_event()
    event = json.loads(body)
    wanted = event.get("do") if isinstance(event, dict) else None
    path = f"/invocation/{request_id}"
    if wanted == "error":
        ask("POST", path + "/error", b'{"errorType":"Mine","errorMessage":"as told","x":1}')
    elif wanted == "bare error":
        ask("POST", path + "/error", b"", {"Lambda-Runtime-Function-Error-Type": "Runtime.Own"})
    elif wanted == "exit":
        sys.exit(event["status"])
    elif wanted == "kill":
        os.kill(os.getpid(), event["signal"])
    elif wanted == "hang":
        time.sleep(60)
    elif wanted == "raw":
        ask("POST", path + "/response", event["body"].encode())
    elif wanted == "large":
        status, _, refusal = ask("POST", path + "/response", b"x" * event["size"])
        print("large", status, refusal.decode())
    elif wanted == "wrong turns":
        seen = [told(ask("GET", "/invocation/next")), told(ask("POST", "/invocation/nobody/response", b"1")),
                told(ask("POST", "/invocation/nobody/error", b"1")), told(ask("POST", "/init/error", b"{}")),
                told(ask("GET", "/restore/next")), told(ask("GET", "/nothing")),
                told(ask("POST", path + "/response", b"1", {"Lambda-Runtime-Function-Response-Mode": "odd"}))]
        ask("POST", path + "/response", json.dumps(seen).encode())
        print("again", told(ask("POST", path + "/response", b"2")))
    elif wanted == "linger":
        ask("POST", path + "/response", b'"early"')
        time.sleep(event["seconds"])
        print("lingered")
    elif wanted == "stream":
        kind = event.get("type", "text/plain")
        connection = connect()
        connection.putrequest("POST", BASE + path + "/response")
        for name, value in (("Lambda-Runtime-Function-Response-Mode", "streaming"), ("Transfer-Encoding", "chunked"),
                            ("Content-Type", kind), ("Trailer", "Lambda-Runtime-Function-Error-Type")):
            connection.putheader(name, value)
        connection.endheaders()
        for part in event["parts"]:
            data = b"x" * part if isinstance(part, int) else part.encode()
            connection.send(b"%x\\r\\n%b\\r\\n" % (len(data), data))
        if event.get("cut"):
            ask("GET", "/2018-06-01/ping")  # it is taken by now
            connection.close()
            continue
        trailer = "".join(f"{name}: {value}\\r\\n" for name, value in event.get("trailers", {}).items())
        connection.send(b"0\\r\\n" + trailer.encode() + b"\\r\\n")
        connection.getresponse().read()
    else:
        answer = {"event": event, "headers": headers, "environment": dict(os.environ), "cwd": os.getcwd()}
        ask("POST", path + "/response", json.dumps(answer).encode())
"""
)
