"""``dynamodb_endpoint``: calls go to another store; here that is another Gatelet."""

from __future__ import annotations

import asyncio
import os
from typing import Any, cast

import orjson
import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import Sent

from gatelet.aws.clock import SystemClock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.control.dispatch import ControlPlane
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.identity.principals import root_principal
from gatelet.server.config import Config, load
from gatelet.server.errors import InvalidConfiguration
from gatelet.server.table_endpoint import open_table_endpoint
from gatelet.wire.codec import Codec

SCOPE = Scope("222233334444", "eu-west-1")


def served(endpoint: str, target: str, environment: dict[str, str] | None = None, **parameters: Any) -> tuple[int, Any]:
    """Status and answer of a Gatelet whose tables are at the endpoint."""

    async def run() -> tuple[int, Any]:
        clock = SystemClock()
        names = dict.fromkeys(Ports.__dataclass_fields__, cast(Any, None))
        ports = Ports(**names | {"clock": clock, "ids": Ids(seed=7)})
        async with open_table_endpoint(Config(dynamodb_endpoint=endpoint), environment or {}, clock) as relays:
            plane = ControlPlane(Codec(), Registry(), ports, relays)
            service = "dynamodbstreams" if "Streams" in target else "dynamodb"
            request = Sent("POST", "/", [("X-Amz-Target", target)], orjson.dumps(parameters))
            principal = root_principal(SCOPE.account, "test")
            answer = await plane.serve(request, service, principal, SCOPE, request_id="id", endpoint="")
            return answer.status, orjson.loads(answer.body)

    return asyncio.run(run())


def test_calls_reach_the_other_store_in_their_scope(gatelet: Any) -> None:
    client = gatelet.client("dynamodb", region=SCOPE.region, account=SCOPE.account)
    make_table(client, "elsewhere")
    put = {"TableName": "elsewhere", "Item": {"id": {"S": "a"}, "b": {"B": "AAE="}}}
    assert served(gatelet.endpoint, "DynamoDB_20120810.PutItem", **put) == (200, {})
    assert client.scan(TableName="elsewhere")["Items"] == [{"id": {"S": "a"}, "b": {"B": b"\x00\x01"}}]
    status, listed = served(gatelet.endpoint, "DynamoDBStreams_20120810.ListStreams")
    assert (status, listed) == (200, {"Streams": []})
    assert "elsewhere" not in gatelet.client("dynamodb").list_tables()["TableNames"]


def test_errors_come_back_as_they_are(gatelet: Any) -> None:
    status, body = served(gatelet.endpoint, "DynamoDB_20120810.DescribeTable", TableName="nowhere")
    assert status == 400
    assert body["__type"].endswith("#ResourceNotFoundException")


def test_credentials_of_the_environment_sign(gatelet: Any) -> None:
    known = {"AWS_ACCESS_KEY_ID": "333344445555", "AWS_SECRET_ACCESS_KEY": "wrong"}
    status, body = served(gatelet.endpoint, "DynamoDB_20120810.ListTables", known)
    assert status in {400, 403}
    assert "ignature" in str(body)
    known["AWS_SECRET_ACCESS_KEY"] = "test"
    assert served(gatelet.endpoint, "DynamoDB_20120810.ListTables", known) == (200, {"TableNames": []})


def test_operations_that_gatelet_lacks_are_passed_on_too(gatelet: Any) -> None:
    status, body = served(gatelet.endpoint, "DynamoDB_20120810.ListBackups")
    assert (status, "ListBackups" in body["message"]) == (501, True)


def test_no_answer() -> None:
    status, body = served("http://127.0.0.1:1025", "DynamoDB_20120810.ListTables")
    assert status == 503
    assert "dynamodb_endpoint" in body["message"]


@pytest.mark.parametrize("url", ["nonsense", "ftp://host", "http://host/path", "http://user@host"])
def test_what_is_no_endpoint(url: str) -> None:
    with pytest.raises(InvalidConfiguration, match="dynamodb_endpoint"):
        load({}, {**os.environ, "GATELET_DYNAMODB_ENDPOINT": url})
