"""A host that lacks what a runtime needs says so when a function is configured, not when it is first called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conftest import RunningGatelet
from tests.walk import ROLE, archive, wait_active

ZIP = archive("def lambda_handler(event, context):\n    return event\n")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Of a Gatelet that is told of a Node.js that is not there."""
    place: Path = tmp_path_factory.mktemp("without-node")
    running = RunningGatelet(place / "data", arguments=("--node", str(place / "node")))
    running.start()
    yield running.client("lambda")
    running.stop()


def refusal(call: Any, **params: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(FunctionName="f", Runtime="nodejs22.x", **params)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_node_js(client: Any) -> None:
    status, code, message = refusal(client.create_function, Role=ROLE, Handler="a.b", Code={"ZipFile": ZIP})
    assert (status, code) == (501, "NotImplementedException")
    assert message.startswith("This host cannot run the function: nodejs22.x needs Node.js: ")
    client.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=ROLE,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": ZIP},
    )
    wait_active(client, "f")
    assert refusal(client.update_function_configuration) == (status, code, message)
    assert client.get_function_configuration(FunctionName="f")["Runtime"] == "python3.11"
