"""A function whose behaviour the event chooses, and words for invoking it with boto3."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import Any

from tests.walk import ROLE, wait_active

SOURCE = """
import decimal, json, logging, os, signal, sys, time

print("module loaded")
count = 0
logger = logging.getLogger("own")


class Odd(Exception):
    pass


def lambda_handler(event, context):
    global count
    count += 1
    if not isinstance(event, dict) or "do" not in event:
        return event
    return DEEDS[event["do"]](event, context)


def look_at(context):
    client = context.client_context
    return {
        "aws_request_id": context.aws_request_id,
        "invoked_function_arn": context.invoked_function_arn,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "log_group_name": context.log_group_name,
        "log_stream_name": context.log_stream_name,
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "client_context": None if client is None else {
            "title": client.client and client.client.app_title, "custom": client.custom, "env": client.env,
            "others": sorted(name for name in dir(client) if not name.startswith("_")),
        },
        "remaining": context.get_remaining_time_in_millis(),
        "remaining_is": type(context.get_remaining_time_in_millis()).__name__,
        "trace": os.environ["_X_AMZN_TRACE_ID"],
    }


def write(event, context):
    with open("/tmp/" + event["name"] if not os.environ.get("TMPDIR") else os.path.join(os.environ["TMPDIR"],
              event["name"]), "a") as file:
        file.write("x")


def read(event):
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), event["name"])
    return os.path.getsize(path) if os.path.exists(path) else 0


def chatter(event, context):
    print("one\\ntwo")
    print("with\\rreturn")
    print("unfinished", end="")
    sys.stderr.write("to stderr\\n")
    logger.warning("warned %s", 1)
    logger.info("not shown")
    os.write(1, b"raw line\\n")


def fail(event, context):
    raise Odd("n\\u00e4gel")


def sleep(event, context):
    began = time.time()
    print("sleeping")
    time.sleep(event["seconds"])
    return [os.getpid(), began, time.time()]


def end(event, context):
    print("last words")
    sys.stdout.flush()
    os._exit(event["status"])


DEEDS = {
    "context": lambda event, context: look_at(context),
    "environment": lambda event, context: dict(os.environ),
    "sandbox": lambda event, context: {"cwd": os.getcwd(), "path": sys.path, "version": sys.version_info[:2]},
    "count": lambda event, context: [count, read(event), os.getpid()],
    "write": write,
    "fail": fail,
    "exit": end,
    "sys.exit": lambda event, context: sys.exit(event["status"]),
    "kill": lambda event, context: os.kill(os.getpid(), signal.SIGKILL),
    "sleep": sleep,
    "set": lambda event, context: {1},
    "none": lambda event, context: None,
    "tuple": lambda event, context: (1, "two"),
    "decimal": lambda event, context: [decimal.Decimal("1.5"), float("nan")],
    "text": lambda event, context: "n\\u00e4gel \\u20ac",
    "big": lambda event, context: "x" * event["bytes"],
    "log": lambda event, context: print("l" * event["bytes"]),
    "chatter": chatter,
}
"""
BROKEN = {
    "raises.py": "x = 1\nraise ValueError('at import')\n",
    "imports.py": "import nothing_like_this\n",
    "syntax.py": "x = 1\ny = (\n",
    "empty.py": "x = 1\n",
    "exits.py": "import os\nos._exit(4)\n",
}


@dataclass
class Outcome:
    """What Invoke answered."""

    raw: dict[str, Any]
    payload: bytes

    @property
    def value(self) -> Any:
        """The payload as JSON."""
        return json.loads(self.payload)

    @property
    def error(self) -> str | None:
        """FunctionError."""
        return self.raw.get("FunctionError")

    @property
    def request_id(self) -> str:
        """The request id in the response's header."""
        found: str = self.raw["ResponseMetadata"]["RequestId"]
        return found

    @property
    def headers(self) -> dict[str, str]:
        """The response's headers, names in lower case."""
        found: dict[str, str] = self.raw["ResponseMetadata"]["HTTPHeaders"]
        return found

    @property
    def log(self) -> str:
        """LogResult."""
        return base64.b64decode(self.raw["LogResult"]).decode()


@dataclass
class Function:
    """A function under test."""

    gatelet: Any
    name: str
    client: Any
    logs: Any

    def invoke(self, event: Any = None, **params: Any) -> Outcome:
        """Run it; bytes go as they are."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        answer = self.client.invoke(FunctionName=self.name, Payload=payload, **params)
        return Outcome(answer, answer["Payload"].read())

    def update(self, **settings: Any) -> None:
        """Change its configuration and wait."""
        self.client.update_function_configuration(FunctionName=self.name, **settings)
        wait_active(self.client, self.name)

    def messages(self, *marks: str, group: str | None = None) -> list[str]:
        """All log events once every mark is among them."""
        group = group or f"/aws/lambda/{self.name}"
        found: list[str] = []
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
                found = [each["message"] for each in self.logs.filter_log_events(logGroupName=group)["events"]]
                if all(any(mark in message for message in found) for mark in marks):
                    return found
            time.sleep(0.05)
        raise AssertionError(f"{marks} are not all in {found}")

    def of_invocation(self, outcome: Outcome) -> list[str]:
        """The log events from an invocation's START to its REPORT."""
        found = self.messages(f"REPORT RequestId: {outcome.request_id}")
        start = next(i for i, text in enumerate(found) if text.startswith(f"START RequestId: {outcome.request_id}"))
        end = next(i for i, text in enumerate(found) if text.startswith(f"REPORT RequestId: {outcome.request_id}"))
        return found[start : end + 1]


def make_function(gatelet: Any, name: str, files: dict[str, str], **settings: Any) -> Function:
    """Create a function of these files and wait until it is Active."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for path, text in files.items():
            bundle.writestr(path, text)
    client = gatelet.client("lambda")
    given = {"Runtime": "python3.13", "Role": ROLE, "Handler": "lambda_function.lambda_handler", **settings}
    client.create_function(FunctionName=name, Code={"ZipFile": buffer.getvalue()}, **given)
    wait_active(client, name)
    return Function(gatelet, name, client, gatelet.client("logs"))
