"""Starting and stopping what is measured: a server is up when its URL has answered with the user that was asked for."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from benchmarks import first_step

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "users"
QUERY = "/users?userId=12345"
RESPONSE_TEMPLATE = """#set($user = $input.path('$'))
{"userId": "$user.userId", "name": "$user.name", "email": "$user.email"}"""
_START_SECONDS = 90
_NO_THROTTLE = ("--account-rate", "1000000", "--account-burst", "1000000")
"""What is measured is the machine, not the account's limit."""
_STOP_SECONDS = 40


class ServerFailed(Exception):
    """A server did not start, or gave another answer than the others."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its name in the results, its first process, and the URL of GET /users."""

    name: str
    pid: int
    url: str
    endpoint: str


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def client_environment(endpoint: str) -> dict[str, str]:
    """This environment, with what an AWS client needs and no other AWS or Gatelet setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GATELET_"))}
    aws = {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    return kept | aws | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def gatelet_command(*arguments: str) -> list[str]:
    """A command of this interpreter's Gatelet."""
    return [sys.executable, "-m", "gatelet.cli.main", *arguments]


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A process group in the background; its output goes to a file that is shown when it fails."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True
        )
        try:
            yield process
        except ServerFailed as failure:
            output.seek(0)
            raise ServerFailed(f"{failure}\n{output.read()[-2000:].decode('utf-8', 'replace')}") from None
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask, wait, then end the process group that this benchmark started."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def get(url: str, timeout: float = 10) -> tuple[int, bytes]:
    """One GET on a connection of its own. Raises OSError or http.client.HTTPException."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for_user(url: str, process: subprocess.Popen[bytes], pause: float = 0.01) -> None:
    """Until the URL answers with the user. Raises ServerFailed when the process ends or another answer comes."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerFailed(f"the process ended with {process.returncode} before {url} answered")
        with suppress(OSError, http.client.HTTPException):
            status, body = get(url)
            if status == 200:
                if json.loads(body).get("userId") != "12345":
                    raise ServerFailed(f"{url} answers with something else: {body[:200]!r}")
                return
        time.sleep(pause)
    raise ServerFailed(f"{url} did not answer within {_START_SECONDS} s")


def deploy(endpoint: str, example: Path) -> str:
    """Run an example's deploy.py against an endpoint; the invoke URL of GET /users."""
    done = subprocess.run(
        [sys.executable, str(example / "deploy.py")],
        env=client_environment(endpoint),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerFailed(f"deploy.py failed: {done.stderr[-2000:]}")
    return done.stdout.splitlines()[-1].removeprefix('curl "').removesuffix('"')


@contextmanager
def gatelet(*flags: str) -> Iterator[Server]:
    """Gatelet on a data directory of its own, with the first step deployed through AWS's APIs."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="gatelet-bench-") as folder:
        port = endpoint.rpartition(":")[2]
        place = str(Path(folder) / "data")
        command = gatelet_command("start", "--port", port, "--data-dir", place, *_NO_THROTTLE, *flags)
        with running(command, client_environment(endpoint)) as process:
            wait_for_health(f"{endpoint}/health", process)
            url = first_step.deploy(endpoint) + QUERY
            wait_for_user(url, process)
            yield Server("gatelet", process.pid, url, endpoint)


def with_mappings(gatelet: Server) -> Server:
    """The same Gatelet: the example behind a custom integration, with a template for requests and one for responses."""
    url = deploy(gatelet.endpoint, ROOT / "examples" / "users-custom")
    api_id = url.split("/execute-api/")[1].partition("/")[0]
    client = boto3.client(
        "apigateway",
        endpoint_url=gatelet.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    users = next(each for each in client.get_resources(restApiId=api_id)["items"] if each["path"] == "/users")
    client.update_integration_response(
        restApiId=api_id,
        resourceId=users["id"],
        httpMethod="GET",
        statusCode="200",
        patchOperations=[
            {"op": "add", "path": "/responseTemplates/application~1json", "value": RESPONSE_TEMPLATE},
        ],
    )
    client.create_deployment(restApiId=api_id, stageName="templates")
    url = url.replace("/prod/", "/templates/")
    status, body = get(url)
    if status != 200 or json.loads(body).get("userId") != "12345":
        raise ServerFailed(f"{url} answers {status} {body[:200]!r}")
    return Server("gatelet, mappings", gatelet.pid, url, gatelet.endpoint)


def wait_for_health(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the URL answers 200. Raises ServerFailed."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerFailed(f"the process ended with {process.returncode}")
        with suppress(OSError, http.client.HTTPException):
            if get(url)[0] == 200:
                return
        time.sleep(0.01)
    raise ServerFailed(f"{url} did not answer")


@contextmanager
def granian_inline() -> Iterator[Server]:
    """The same handler inline in granian: one worker, its fastest loop."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--workers", "1", "--loop", "uvloop", "--no-log"]
    command += ["--host", "127.0.0.1", "--port", str(port), "benchmarks.peers.granian_inline:app"]
    endpoint = f"http://127.0.0.1:{port}"
    url = f"{endpoint}/prod{QUERY}"
    with running(command, {**os.environ, "PYTHONPATH": str(ROOT)}) as process:
        wait_for_user(url, process)
        yield Server("granian inline", process.pid, url, endpoint)


def have_granian() -> bool:
    """Whether this interpreter has granian (the ``bench`` extra)."""
    return shutil.which("granian", path=str(Path(sys.executable).parent)) is not None
