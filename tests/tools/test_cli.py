"""The commands as people and scripts run them, against a real server."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT, RunningGatelet
from tests.walk import create_function, deploy_api, request

ECHO = """
import time
def lambda_handler(event, context):
    print("said", event)
    if event.get("fail"):
        raise ValueError("as asked")
    time.sleep(event.get("sleep", 0))
    return event
"""
SLOW = """
import time
def lambda_handler(event, context):
    print("slow begins", flush=True)
    time.sleep(1.5)
    return {"statusCode": 200, "body": "slow but sure"}
"""


def command(*arguments: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "gatelet.cli.main", *arguments]


def environment(gatelet: RunningGatelet | None = None) -> dict[str, str]:
    """What the shell has: nothing of AWS but, if there is a server, what `up` prints."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "GATELET_")) or name == "GATELET_RUNTIME_DIR"
    }
    return kept | (gatelet.environment() if gatelet is not None else {})


def run(
    gatelet: RunningGatelet | None, *arguments: str, stdin: str = "", cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        env=environment(gatelet),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The command failed in one line that says why."""
    assert done.returncode == code, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("gatelet: ")
    for word in words:
        assert word in lines[0]


@contextmanager
def started(*arguments: str, gatelet: RunningGatelet | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command that stays."""
    process = subprocess.Popen(
        command(*arguments),
        env=environment(gatelet),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    guard = threading.Timer(90, process.kill)
    guard.start()
    try:
        yield process
    finally:
        guard.cancel()
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines of its output up to the one with the words."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if words in line:
            return lines
    raise AssertionError(f"{words!r} never came: {lines}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGatelet]:
    """One server with a function and an API."""
    running = RunningGatelet(tmp_path_factory.mktemp("cli") / "data")
    running.start()
    deploy_api(running, create_function(running, "echo", ECHO), name="echo-api")
    yield running
    running.stop()


def test_help_teaches() -> None:
    done = run(None, "--help")
    assert done.returncode == 0
    for word in ("up", "start", "status", "invoke", "logs", "version", "AWS_ENDPOINT_URL", "exit codes"):
        assert word in done.stdout
    for name in ("up", "start", "status", "invoke", "logs", "version", "install-runtime"):
        told = run(None, name, "--help")
        assert told.returncode == 0
        assert "usage: gatelet" in told.stdout
    assert "[GATELET_DATA_DIR]" in run(None, "start", "--help").stdout


def test_a_wrong_command_line_is_code_2() -> None:
    for arguments in ((), ("explode",), ("start", "--prot", "1"), ("invoke",)):
        assert run(None, *arguments).returncode == 2


def test_version() -> None:
    assert re.fullmatch(r"gatelet \d+\.\d+\.\d+ \(Python 3\..*\)\n", run(None, "version").stdout)
    assert set(json.loads(run(None, "version", "--json").stdout)) == {"gatelet", "python"}


def test_no_server_is_code_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.listen(0)
        port = nobody.getsockname()[1]
    for name in (("status",), ("logs", "x"), ("invoke", "x")):
        refused(run(None, *name, "--endpoint", f"127.0.0.1:{port}"), 3, "no Gatelet answers", "gatelet start")
    refused(run(None, "status", "--endpoint", "http://[::1"), 1, "is not a URL")
    refused(run(None, "status", "--endpoint", "ftp://127.0.0.1"), 1, "is not an http")


def test_status(server: RunningGatelet) -> None:
    told = run(server, "status").stdout
    assert f"on {server.endpoint}: ok, mode dev" in told
    assert "  echo  python3.11" in told
    assert "  sandbox       users: " in told
    (url,) = re.findall(r"http://\S+/_aws/execute-api/\w+/prod", told)
    assert request(f"{url}/users").status in {200, 502}
    content = json.loads(run(server, "status", "--json").stdout)
    assert content["health"]["status"] == "ok"
    assert [function["FunctionName"] for function in content["functions"]] == ["echo"]
    assert content["restApis"][0]["stages"][0]["stageName"] == "prod"
    assert "functions in eu-west-1: 0" in run(server, "status", "--region", "eu-west-1").stdout


def test_status_tells_versions_aliases_and_urls(own_gatelet: RunningGatelet) -> None:
    create_function(own_gatelet, "parted", ECHO)
    client = own_gatelet.client("lambda")
    for number in range(9):
        client.publish_version(FunctionName="parted")
        client.update_function_configuration(FunctionName="parted", Description=str(number))
        client.get_waiter("function_updated_v2").wait(FunctionName="parted", WaiterConfig={"Delay": 0.02})
    routing = {"AdditionalVersionWeights": {"1": 0.25}}
    client.create_alias(FunctionName="parted", Name="live", FunctionVersion="9", RoutingConfig=routing)
    url = client.create_function_url_config(FunctionName="parted", Qualifier="live", AuthType="AWS_IAM")["FunctionUrl"]
    told = run(own_gatelet, "status").stdout
    assert "    versions  1 ... 9 (9)\n" in told
    assert "    alias     live: 9, 25% 1\n" in told
    assert f"    URL       {url}  AWS_IAM  live\n" in told
    (function,) = json.loads(run(own_gatelet, "status", "--json").stdout)["functions"]
    assert ([len(function[part]) for part in ("versions", "aliases", "urls")]) == [9, 1, 1]


def test_status_lists_more_than_one_page(own_gatelet: RunningGatelet) -> None:
    client = own_gatelet.client("apigateway")
    for number in range(30):
        client.create_rest_api(name=f"api-{number}")
    content = json.loads(run(own_gatelet, "status", "--json").stdout)
    assert {api["name"] for api in content["restApis"]} == {f"api-{number}" for number in range(30)}


def test_invoke(server: RunningGatelet, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"from": "a file"}')
    done = run(server, "invoke", "echo", "--event", str(file))
    assert (done.returncode, done.stdout) == (0, '{"from": "a file"}\n')
    assert "said {'from': 'a file'}" in done.stderr
    assert "REPORT RequestId" in done.stderr
    piped = run(server, "invoke", "echo", "--event", "-", "--quiet", stdin='{"from": "a pipe"}')
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, '{"from": "a pipe"}\n', "")
    assert run(server, "invoke", "echo", "-q").stdout == "{}\n"
    by_arn = run(server, "invoke", "arn:aws:lambda:us-east-1:000000000000:function:echo", "-q")
    assert by_arn.stdout == "{}\n"


def test_invoke_as_json(server: RunningGatelet) -> None:
    done = run(server, "invoke", "echo", "--json", "--event", "-", stdin='{"fail": true}')
    content = json.loads(done.stdout)
    assert done.returncode == 1
    assert (content["statusCode"], content["functionError"]) == (200, "Unhandled")
    assert content["payload"]["errorMessage"] == "as asked"
    assert "[ERROR] ValueError: as asked" in content["log"]
    assert content["requestId"] == content["payload"]["requestId"]


def test_invoke_that_cannot_be(server: RunningGatelet, tmp_path: Path) -> None:
    refused(run(server, "invoke", "nobody"), 1, "ResourceNotFoundException", "nobody")
    refused(run(server, "invoke", "echo", "--event", "-", stdin="{not json"), 1, "standard input is not JSON")
    refused(run(server, "invoke", "echo", "--event", str(tmp_path / "none.json")), 1, "cannot be read")
    refused(run(server, "invoke", "echo", "--event", str(tmp_path)), 1, "cannot be read")
    failed = run(server, "invoke", "echo", "--event", "-", stdin='{"fail": true}')
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["errorType"] == "ValueError"


def test_logs(server: RunningGatelet) -> None:
    run(server, "invoke", "echo", "--event", "-", stdin='{"word": "remembered"}')
    deadline = 100
    while "remembered" not in run(server, "logs", "echo").stdout and deadline:
        deadline -= 1
    for name in ("echo", "echo:$LATEST", "/aws/lambda/echo", "arn:aws:lambda:us-east-1:000000000000:function:echo"):
        assert "said {'word': 'remembered'}" in run(server, "logs", name).stdout
    events = [json.loads(line) for line in run(server, "logs", "echo", "--json").stdout.splitlines()]
    assert any("remembered" in event["message"] for event in events)
    refused(run(server, "logs", "nobody"), 1, "/aws/lambda/nobody", "gatelet status")


def test_following_logs_ends_with_130(server: RunningGatelet) -> None:
    """The group need not exist when the following begins."""
    create_function(server, "late", ECHO)
    with started("logs", "-f", "late", gatelet=server) as process:
        run(server, "invoke", "late", "--event", "-", stdin='{"word": "followed"}')
        lines = read_until(process, "followed")
        assert sum("followed" in line for line in lines) == 1
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (130, "")


def test_who_reads_may_leave(server: RunningGatelet) -> None:
    """`gatelet logs -f f | head`: no traceback."""
    with started("logs", "-f", "echo", gatelet=server) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        run(server, "invoke", "echo")
        assert process.wait(20) == 1
        assert process.stderr.read() == ""
        process.stdout = None


def test_start_refuses_in_one_line(server: RunningGatelet, tmp_path: Path) -> None:
    port = server.endpoint.rpartition(":")[2]
    fresh = ("--data-dir", str(tmp_path / "data"))
    refused(run(None, "start", "--port", port, *fresh), 1, f"the port {port}", "in use", "--port")
    assert not (tmp_path / "data").exists()
    refused(run(None, "start", "--port", "0", "--invoke-port", port, *fresh), 1, "in use", "--invoke-port")
    taken = run(None, "start", "--port", "0", "--data-dir", str(server.data_dir))
    refused(taken, 1, f"{server.data_dir} is in use by process {server.pid}")
    (tmp_path / "file").write_text("")
    refused(run(None, "start", "--port", "0", "--data-dir", str(tmp_path / "file")), 1, "cannot be used")
    refused(run(None, "start", "--port", "0", "--data-dir", str(tmp_path / "file" / "below")), 1, "cannot be used")
    refused(run(None, "start", "--port", "99999", *fresh), 2, "not a port")
    refused(run(None, "start", "--port", "0", "--host", "0.0.0.0", *fresh), 2, "--mode secure")
    refused(run(None, "start", "--port", "0", "--host", "192.0.2.1", "--mode", "secure", *fresh), 1, "192.0.2.1")
    refused(run(None, "start", "--port", "0", "--config", str(tmp_path / "none.toml")), 2, "does not exist")
    bad = ("--tls-certificate", str(tmp_path / "file"), "--tls-key", str(tmp_path / "file"))
    refused(run(None, "start", "--port", "0", *bad, *fresh), 2, "TLS certificate", "cannot be used")
    (tmp_path / "gatelet.toml").write_text("prot = 1\n")
    refused(run(None, "start", cwd=tmp_path), 2, "unknown setting 'prot'")


def test_a_database_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "state.db").write_bytes(b"this is no database, and longer than a header" * 100)
    refused(run(None, "start", "--port", "0", "--data-dir", str(tmp_path / "data")), 1, "state.db")


def test_a_request_in_flight_is_answered_when_the_stop_comes(tmp_path: Path) -> None:
    """http: graceful drain on SIGTERM; the exit code is 0."""
    running = RunningGatelet(tmp_path / "data")
    running.start()
    api = deploy_api(running, create_function(running, "slow", SLOW, Timeout=10))
    assert request(f"{api.url}/users").body == b"slow but sure"
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(request(f"{api.url}/users")))
    caller.start()
    while (
        running.client("logs").filter_log_events(logGroupName="/aws/lambda/slow", filterPattern='"slow begins"')[
            "events"
        ][1:]
        == []
    ):
        time.sleep(0.05)
    assert running.process is not None
    process = running.process
    process.send_signal(signal.SIGTERM)
    caller.join(20)
    assert process.wait(20) == 0
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"slow but sure")]
    assert "Traceback" not in running.log()
    running.stop()


def _members(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def _workers(owner: int) -> list[int]:
    """The processes that name a process as their owner: zygotes and workers."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"zygote" in words and str(owner).encode() in words:
            found.append(int(line.parent.name))
    return found


def test_up_starts_deploys_follows_and_leaves_nothing_behind(tmp_path: Path) -> None:
    data = ("--port", "0", "--data-dir", str(tmp_path / "data"))
    urls = []
    for _ in range(2):
        with started("up", "examples/users", *data) as process:
            lines = read_until(process, "Following the log")
            urls += re.findall(r'^curl "http://[^/]+(.*)"$', "\n".join(lines), re.MULTILINE)
            endpoint = lines[0].split()[-1]
            assert request(endpoint + urls[-1]).json()["userId"] == "12345"
            read_until(process, "REPORT RequestId")
            assert _workers(process.pid)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everyone
            _, errors = process.communicate(timeout=20)
            assert process.returncode == 0
            assert "Traceback" not in errors
            assert _members(process.pid) == []
            assert _workers(process.pid) == []
    assert urls[0] == urls[1]


def test_up_while_a_server_runs_deploys_to_it(own_gatelet: RunningGatelet) -> None:
    port = own_gatelet.endpoint.rpartition(":")[2]
    with started("up", "examples/users", "--port", port) as process:
        lines = read_until(process, "Following the log")
        assert lines[0] == f"Gatelet runs on {own_gatelet.endpoint} already; deploying to it."
        run(own_gatelet, "invoke", "usersFunction")
        assert read_until(process, "REPORT RequestId")[-1].startswith("usersFunction  ")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (130, "")
    assert len(own_gatelet.client("apigateway").get_rest_apis()["items"]) == 1


def test_up_that_cannot_be(tmp_path: Path) -> None:
    data = ("--port", "0", "--data-dir", str(tmp_path / "data"))
    refused(run(None, "up", str(tmp_path), *data), 1, "holds no deploy.py")
    refused(run(None, "up", "examples/users", *data, "--runtime-dir", str(tmp_path)), 1, "gatelet install-runtime")
    (tmp_path / "deploy.py").write_text("import sys; sys.exit('I cannot')")
    done = run(None, "up", str(tmp_path), *data)
    assert done.returncode == 1
    assert "I cannot" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("gatelet: ")
    assert "failed with exit code 1" in done.stderr.splitlines()[-1]


def test_a_stop_while_up_deploys_ends_the_script(tmp_path: Path) -> None:
    (tmp_path / "deploy.py").write_text("import time\nprint('deploying', flush=True)\ntime.sleep(60)\n")
    with started("up", str(tmp_path), "--port", "0", "--data-dir", str(tmp_path / "data")) as process:
        read_until(process, "deploying")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in errors
