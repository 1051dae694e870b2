"""examples/users-secure as its reader runs it: pycognito, botocore's signing and plain HTTP call its four methods."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pycognito import Cognito
from tests.conftest import RunningGatelet
from tests.walk import Answer, request

EXAMPLE = Path(__file__).parents[2] / "examples" / "users-secure"
PASSWORD = "Passw0rd!"


class Deployed:
    """The example in a Gatelet of its own."""

    def __init__(self, gatelet: RunningGatelet) -> None:
        self.gatelet = gatelet
        printed = dict(line.split(": ", 1) for line in self.deploy() if ": " in line)
        self.url, self.pool = printed["Invoke URL"], printed["User pool"]
        self.client_id, self.key = printed["Client"], printed["API key"]

    def deploy(self) -> list[str]:
        """Run the script; the lines that it prints."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            [sys.executable, str(EXAMPLE / "deploy.py")],
            env=inherited | self.gatelet.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def get(self, path: str, **headers: str) -> Answer:
        return request(f"{self.url}{path}", headers=headers)

    def signed(self, path: str, key: dict[str, Any]) -> Answer:
        """Signed as botocore signs."""
        made = AWSRequest("GET", f"{self.url}{path}")
        SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "execute-api", "us-east-1").add_auth(made)
        return request(f"{self.url}{path}", headers=dict(made.headers.items()))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    running = RunningGatelet(tmp_path_factory.mktemp("secure") / "data")
    running.start()
    try:
        yield Deployed(running)
    finally:
        running.stop()


def test_the_lambda_authorizer_knows_the_token(deployed: Deployed) -> None:
    answer = deployed.get("/lambda", Authorization="Bearer open-sesame")
    assert (answer.status, answer.json()["caller"]) == (200, {"lambda": "holder-of-the-token"})
    refused = [deployed.get("/lambda", **headers).status for headers in ({}, {"Authorization": "Basic x"})]
    assert refused == [401, 401]
    assert deployed.get("/lambda", Authorization="Bearer wrong").status == 403


def test_a_user_signs_up_and_in_with_pycognito(deployed: Deployed) -> None:
    user = Cognito(
        deployed.pool,
        deployed.client_id,
        user_pool_region="us-east-1",
        username="jane",
        boto3_client_kwargs={"endpoint_url": deployed.gatelet.endpoint},
    )
    user.pool_domain_url = None  # the issuer is AWS's, wherever the endpoint is
    user.pool_jwk = request(f"{deployed.gatelet.endpoint}/{deployed.pool}/.well-known/jwks.json").json()
    user.set_base_attributes(email="jane@example.com")
    user.register("jane", PASSWORD)
    outbox = (deployed.gatelet.data_dir / "cognito-outbox.jsonl").read_text("utf-8").splitlines()
    user.confirm_sign_up(json.loads(outbox[-1])["code"])
    user.authenticate(password=PASSWORD)
    answer = deployed.get("/cognito", Authorization=user.id_token)
    assert (answer.status, answer.json()["caller"]) == (200, {"cognito": "jane"})
    refused = deployed.get("/cognito", Authorization=user.access_token)
    assert (refused.status, refused.json()) == (401, {"message": "Unauthorized"})
    assert deployed.get("/cognito").status == 401


def test_a_signed_request_of_an_allowed_user(deployed: Deployed) -> None:
    iam = deployed.gatelet.client("iam")
    keys = {}
    api_id = deployed.url.split("/")[-2]
    arn = f"arn:aws:execute-api:us-east-1:000000000000:{api_id}/prod/GET/iam"
    for name, effect in (("caller", "Allow"), ("other", "Deny")):
        iam.create_user(UserName=name)
        statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": arn}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        keys[name] = iam.create_access_key(UserName=name)["AccessKey"]
    answer = deployed.signed("/iam", keys["caller"])
    assert (answer.status, answer.json()["caller"]) == (200, {"iam": "arn:aws:iam::000000000000:user/caller"})
    assert [deployed.signed("/iam", keys["other"]).status, deployed.get("/iam").status] == [403, 403]
    assert deployed.signed("/iam", {**keys["caller"], "SecretAccessKey": "x" * 40}).status == 403


def test_the_api_key(deployed: Deployed) -> None:
    answer = deployed.get("/key", **{"x-api-key": deployed.key})
    assert (answer.status, list(answer.json()["caller"])) == (200, ["key"])
    assert [deployed.get("/key").status, deployed.get("/key", **{"x-api-key": "x" * 20}).status] == [403, 403]


def test_deploying_again_changes_nothing(deployed: Deployed) -> None:
    assert [line.split(": ")[0] for line in deployed.deploy()] == ["Invoke URL", "User pool", "Client", "API key"]
