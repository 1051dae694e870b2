"""The secure mode: one root key, every signature verified (design section 1, "Two modes, one code path")."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.conftest import ROOT, RunningGatelet
from tests.walk import create_function, deploy_api, request

from gatelet.wire.signing import sign

CERTIFICATES = Path(__file__).with_name("certificates")
WHO_AM_I = """
import boto3, botocore.exceptions
def lambda_handler(event, context):
    who = boto3.client("sts").get_caller_identity()
    try:
        boto3.client("lambda").list_functions()
        refused = "nothing"
    except botocore.exceptions.ClientError as error:
        refused = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return {"arn": who["Arn"], "account": who["Account"], "refused": refused}
"""


class Secure(RunningGatelet):
    """A Gatelet in the secure mode, and clients with its root key."""

    key_id: str = ""
    secret: str = ""

    def start(self) -> None:
        """Start; the root key is read from what is printed the first time."""
        super().start()
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.rstrip())
            if line.startswith("    ("):
                break
        text = "\n".join(self.output)
        (self.key_id,) = set(re.findall(r"export AWS_ACCESS_KEY_ID=(\S+)", text))
        self.secret = (re.findall(r"export AWS_SECRET_ACCESS_KEY=(\S+)", text) or [self.secret])[0]

    def client(self, service: str, region: str = "us-east-1", account: str = "", **other: Any) -> Any:
        """A boto3 client as root, unless told otherwise."""
        settings = {"aws_access_key_id": self.key_id, "aws_secret_access_key": self.secret, **other}
        return boto3.session.Session().client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            config=Config(retries={"total_max_attempts": 1}),
            **settings,
        )


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """One Gatelet in the secure mode, with an invoke port."""
    running = Secure(tmp_path_factory.mktemp("secure") / "data", ("--mode", "secure", "--invoke-port", "0"))
    running.start()
    allow_lambda(running)
    yield running
    running.stop()


def allow_lambda(running: Any) -> None:
    """Make the role of the tests' functions; in the secure mode one must exist. It has no permissions."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    running.client("iam").create_role(RoleName="function-role", AssumeRolePolicyDocument=document)


def _refusal(call: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"], caught.value.response["Error"]["Code"]


def _signed(secure: Secure, path: str, *, now: float, **changed: str) -> int:
    parts = urlsplit(secure.endpoint)
    settings = {"access_key_id": secure.key_id, "secret_access_key": secure.secret, **changed}
    headers = sign(
        "GET", path, headers={"Host": parts.netloc}, body=b"", region="us-east-1", service="lambda", now=now, **settings
    )
    return request(f"{secure.endpoint}{path}", headers=headers).status


def test_the_printed_root_key_works(secure: Secure) -> None:
    assert re.fullmatch(r"AKIA[A-Z0-9]{16}", secure.key_id)
    assert len(secure.secret) == 40
    assert secure.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"
    assert secure.client("lambda").list_functions()["Functions"] == []


def test_an_unknown_key_is_refused(secure: Secure) -> None:
    """identity 1.3: UnrecognizedClientException, 403; the development mode's keys are unknown here."""
    for key in ("AKIAUNKNOWNUNKNOWN00", "test", "123456789012", "000000000000"):
        client = secure.client("lambda", aws_access_key_id=key, aws_secret_access_key="test")
        assert _refusal(client.list_functions) == (403, "UnrecognizedClientException")


def test_a_forged_session_is_refused(secure: Secure) -> None:
    client = secure.client(
        "lambda", aws_access_key_id="ASIAFORGEDFORGED0000", aws_secret_access_key="x", aws_session_token="Zm9yZ2Vk"
    )
    assert _refusal(client.list_functions) == (403, "UnrecognizedClientException")


def test_a_wrong_secret_is_refused(secure: Secure) -> None:
    """identity 1.3: InvalidSignatureException, 403; SignatureDoesNotMatch on the query protocol."""
    wrong = {"aws_secret_access_key": "x" * 40}
    assert _refusal(secure.client("lambda", **wrong).list_functions) == (403, "InvalidSignatureException")
    assert _refusal(secure.client("iam", **wrong).list_roles) == (403, "SignatureDoesNotMatch")


def test_an_old_signature_is_refused(secure: Secure) -> None:
    """identity 1.2: five minutes either way."""
    now = time.time()
    path = "/2015-03-31/functions"
    assert _signed(secure, path, now=now) == 200
    assert _signed(secure, path, now=now - 3600) == 403
    assert _signed(secure, path, now=now + 3600) == 403


def test_an_unsigned_call_is_refused(secure: Secure) -> None:
    for path in ("/2015-03-31/functions", "/restapis", "/?Action=ListRoles&Version=2010-05-08"):
        assert request(f"{secure.endpoint}{path}").status == 403


def test_a_changed_body_is_refused(secure: Secure) -> None:
    parts = urlsplit(secure.endpoint)
    headers = sign(
        "POST",
        "/",
        headers={"Host": parts.netloc, "X-Amz-Target": "Logs_20140328.DescribeLogGroups"},
        body=b"{}",
        region="us-east-1",
        service="logs",
        now=time.time(),
        access_key_id=secure.key_id,
        secret_access_key=secure.secret,
    )
    assert request(f"{secure.endpoint}/", "POST", b"{}", headers).status == 200
    answer = request(f"{secure.endpoint}/", "POST", b'{"limit":1}', headers)
    assert (answer.status, answer.json()["__type"]) == (400, "InvalidSignatureException")  # identity 1.3: 400 on json


def test_the_invoke_port_serves_invoke_urls_only(secure: Secure) -> None:
    """design 1: the invoke port never reaches a control operation, not even with the root key."""
    (line,) = [line for line in secure.output if line.startswith("  invoke URLs")]
    public = line.split()[-1]
    assert public != secure.endpoint
    arn = create_function(secure, "public", "def lambda_handler(event, context): return {'statusCode': 200}")
    api = deploy_api(secure, arn)
    assert request(f"{public}/_aws/execute-api/{api.api_id}/prod/users").status == 200
    for path in ("/health", "/restapis", "/2015-03-31/functions", "/", f"/restapis/{api.api_id}/resources"):
        assert request(f"{public}{path}").status == 403
    client = boto3.session.Session().client(
        "lambda",
        region_name="us-east-1",
        endpoint_url=public,
        aws_access_key_id=secure.key_id,
        aws_secret_access_key=secure.secret,
    )
    assert _refusal(client.list_functions)[0] == 403


@pytest.mark.parametrize("mode", ["dev", "secure"])
def test_a_function_knows_who_it_is_and_may_do_nothing_else(secure: Secure, gatelet: Any, mode: str) -> None:
    """lambda-execution 4: the identity of a function; a role that does not exist has no permissions."""
    running = secure if mode == "secure" else gatelet
    create_function(running, f"who-{mode}", WHO_AM_I, Timeout=30)
    answer = running.client("lambda").invoke(FunctionName=f"who-{mode}")
    told = json.loads(answer["Payload"].read())
    assert told["arn"] == f"arn:aws:sts::000000000000:assumed-role/function-role/who-{mode}"
    assert told["account"] == "000000000000"
    assert told["refused"] == ["AccessDeniedException", 403]


def test_users_are_authorised_and_their_secrets_stay_secret(secure: Secure) -> None:
    """design 1: every call verified and authorised; no key but those of IAM, STS and root is anybody's."""
    iam = secure.client("iam")
    iam.create_user(UserName="joe")
    key = iam.create_access_key(UserName="joe")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    assert _refusal(secure.client("lambda", **own).list_functions) == (403, "AccessDeniedException")
    assert _refusal(secure.client("iam", **own).list_users) == (403, "AccessDenied")
    iam.attach_user_policy(UserName="joe", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    assert "Functions" in secure.client("lambda", **own).list_functions()
    token = secure.client("sts", **own).get_session_token()["Credentials"]
    session = {"aws_access_key_id": token["AccessKeyId"], "aws_secret_access_key": token["SecretAccessKey"]}
    whole = secure.client("lambda", **session, aws_session_token=token["SessionToken"])
    assert "Functions" in whole.list_functions()
    assert _refusal(secure.client("lambda", **session).list_functions) == (403, "UnrecognizedClientException")
    iam.update_access_key(UserName="joe", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert _refusal(secure.client("lambda", **own).list_functions) == (403, "UnrecognizedClientException")
    for secret in (key["SecretAccessKey"], token["SecretAccessKey"], token["SessionToken"]):
        assert secret not in secure.log()
        assert not any(secret.encode() in file.read_bytes() for file in secure.data_dir.rglob("*.db*"))


def test_a_restart_keeps_the_key_and_shows_no_secret(tmp_path: Path) -> None:
    running = Secure(tmp_path / "data", ("--mode", "secure"))
    running.start()
    running.client("logs").create_log_group(logGroupName="kept")
    first, secret = running.key_id, running.secret
    running.stop()
    running.output.clear()
    running.start()
    assert running.key_id == first
    assert secret not in "\n".join(running.output)
    assert running.client("logs").describe_log_groups()["logGroups"][0]["logGroupName"] == "kept"
    running.stop()
    assert secret not in running.log()
    for file in tmp_path.rglob("*.db"):
        assert file.stat().st_mode & 0o077 == 0


def test_the_secret_is_shown_at_the_first_start_that_serves(tmp_path: Path) -> None:
    """A key that nobody saw is of no use: neither the development mode nor a start that failed takes it away."""
    running = RunningGatelet(tmp_path / "data")
    running.start()
    running.stop()
    secure = Secure(tmp_path / "data", ("--mode", "secure"))
    secure.start()
    assert secure.secret
    assert secure.client("sts").get_caller_identity()["Account"] == "000000000000"
    secure.stop()


def test_secrets_never_reach_the_log(secure: Secure) -> None:
    wrong = secure.client("lambda", aws_secret_access_key="a-wrong-secret-nobody-may-read")
    _refusal(wrong.list_functions)
    request(f"{secure.endpoint}/restapis", headers={"Host": "evil.example", "Authorization": secure.secret})
    log = secure.log()
    assert "refused GET /restapis" in log
    assert secure.secret not in log
    assert "a-wrong-secret" not in log


def test_other_addresses_need_the_secure_mode(tmp_path: Path) -> None:
    """design 1: binding to a non-loopback address in `dev` is refused with a message that says what to do."""
    command = [sys.executable, "-m", "gatelet.cli.main", "start", "--port", "0", "--host", "0.0.0.0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GATELET_"))}
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path / "data")],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert "--mode secure" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()
    running = Secure(tmp_path / "data", ("--mode", "secure", "--host", "0.0.0.0"))
    running.start()
    assert running.endpoint.startswith("http://127.0.0.1:")
    assert running.client("sts").get_caller_identity()["Account"] == "000000000000"
    running.stop()


def test_tls(tmp_path: Path) -> None:
    certificate = CERTIFICATES / "localhost.pem"
    files = ("--tls-certificate", str(certificate), "--tls-key", str(CERTIFICATES / "localhost.key"))
    running = Secure(tmp_path / "data", ("--mode", "secure", *files))
    running.start()
    assert running.endpoint.startswith("https://127.0.0.1:")
    assert f"    export AWS_CA_BUNDLE={certificate}" in running.output
    client = running.client("sts", verify=str(certificate))
    assert client.get_caller_identity()["Account"] == "000000000000"
    parts = urlsplit(running.endpoint)
    trusting = ssl.create_default_context(cafile=str(certificate))
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=trusting, timeout=10)
    connection.request("GET", "/health")
    assert json.loads(connection.getresponse().read())["mode"] == "secure"
    connection.close()
    stranger = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/health")
    stranger.close()
    running.stop()


def test_up_in_the_secure_mode(tmp_path: Path) -> None:
    """`gatelet up` deploys with the root key, at the first start and at later ones, and prints its secret once."""
    command = [sys.executable, "-m", "gatelet.cli.main", "up", "examples/users", "--mode", "secure", "--port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    secrets = []
    for _ in range(2):
        with (tmp_path / "up.log").open("a") as log:
            process = subprocess.Popen(
                [*command, "--data-dir", str(tmp_path / "data")],
                env=environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        guard = threading.Timer(60, process.kill)
        guard.start()
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Following the log"):
                break
        guard.cancel()
        (url,) = re.findall(r'^curl "(.*)"$', "\n".join(lines), re.MULTILINE)
        assert request(url).json()["userId"] == "12345"
        secrets.append([line for line in lines if "AWS_SECRET_ACCESS_KEY" in line])
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        process.stdout.close()
    assert [len(found) for found in secrets] == [1, 0]
    assert secrets[0][0].partition("=")[2] not in (tmp_path / "up.log").read_text("utf-8")
