"""API ids are one name space: invoke URLs name neither account nor region."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError


def _create(gatelet: Any, api_id: str, account: str, region: str) -> str:
    client = gatelet.client("apigateway", region=region, account=account)
    try:
        made = client.create_rest_api(name="pinned", tags={"_custom_id_": api_id})
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return str(made["id"])


def test_of_many_that_pin_an_id_at_once_one_has_it(gatelet: Any) -> None:
    scopes = [(f"{number:012d}", region) for number in range(1, 5) for region in ("us-east-1", "eu-west-1")]
    with ThreadPoolExecutor(len(scopes)) as pool:
        told = list(pool.map(lambda scope: _create(gatelet, "pinnedonce", *scope), scopes))
    assert sorted(told) == ["ConflictException"] * (len(scopes) - 1) + ["pinnedonce"]


def test_an_id_is_free_again_after_its_api_is_deleted(gatelet: Any) -> None:
    assert _create(gatelet, "pinnedagain", "000000000001", "us-east-1") == "pinnedagain"
    assert _create(gatelet, "pinnedagain", "000000000002", "eu-west-1") == "ConflictException"
    gatelet.client("apigateway", account="000000000001").delete_rest_api(restApiId="pinnedagain")
    assert _create(gatelet, "pinnedagain", "000000000002", "eu-west-1") == "pinnedagain"
