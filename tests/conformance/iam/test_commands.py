"""`gatelet iam simulate` and `gatelet credentials` against a running Gatelet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from gatelet.cli.main import main

ACCOUNT = "000000000000"
LOOK = {"Sid": "Look", "Effect": "Allow", "Action": "lambda:Get*", "Resource": "*"}


def test_may_who_do_what_and_by_which_statement(gatelet: Any, capsys: pytest.CaptureFixture[str]) -> None:
    iam = gatelet.client("iam")
    iam.create_user(UserName="asked")
    iam.create_group(GroupName="looking")
    text = json.dumps({"Version": "2012-10-17", "Statement": [LOOK]})
    arn = iam.create_policy(PolicyName="look", PolicyDocument=text)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="looking", PolicyArn=arn)
    iam.add_user_to_group(GroupName="looking", UserName="asked")
    command = ["iam", "simulate", "--endpoint", gatelet.endpoint]
    assert main([*command, "user/asked", "lambda:GetFunction"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"arn:aws:iam::{ACCOUNT}:user/asked",
        "  lambda:GetFunction on *: allowed",
        f"  by {arn}",
        f"    {json.dumps(LOOK)}",
    ]
    assert main([*command, f"arn:aws:iam::{ACCOUNT}:user/asked", "lambda:DeleteFunction", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["decision"] == "implicitDeny"
    assert main([*command, "user/nobody", "lambda:GetFunction"]) == 1
    assert "The user with name nobody cannot be found." in capsys.readouterr().err
    assert main([*command, "jane", "lambda:GetFunction"]) == 1


def test_a_profile_that_boto3_can_use(
    gatelet: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    gatelet.client("iam").create_user(UserName="profiled")
    assert main(["credentials", "--endpoint", gatelet.endpoint]) == 0
    assert main(["credentials", "--endpoint", gatelet.endpoint, "--profile", "p", "--user", "profiled"]) == 0
    secret = (tmp_path / "credentials").read_text().rpartition("= ")[2].strip()
    assert secret not in capsys.readouterr().out
    for profile, who in (("gatelet", "root"), ("p", "user/profiled")):
        sts = boto3.session.Session(profile_name=profile).client("sts")
        assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:{who}"
    assert main(["credentials", "--endpoint", gatelet.endpoint, "--profile", "a b"]) == 1
