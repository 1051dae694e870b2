"""GetCallerIdentity with boto3 over HTTP: identity section 3."""

from __future__ import annotations

import json
from typing import Any

from tests.walk import create_function

WHO = """
import boto3

def lambda_handler(event, context):
    answer = boto3.client("sts").get_caller_identity()
    return {key: answer[key] for key in ("Account", "Arn")}
"""


def test_a_root_key_is_its_account(gatelet: Any) -> None:
    answer = gatelet.client("sts", account="111122223333").get_caller_identity()
    assert {key: answer[key] for key in ("UserId", "Account", "Arn")} == {
        "UserId": "111122223333",
        "Account": "111122223333",
        "Arn": "arn:aws:iam::111122223333:root",
    }


def test_a_function_is_a_session_of_its_role(gatelet: Any) -> None:
    """lambda-execution section 4: the session's name is the function's."""
    create_function(gatelet, "whoami", WHO, Timeout=30)
    answer = gatelet.client("lambda").invoke(FunctionName="whoami")
    assert json.loads(answer["Payload"].read()) == {
        "Account": "000000000000",
        "Arn": "arn:aws:sts::000000000000:assumed-role/function-role/whoami",
    }
