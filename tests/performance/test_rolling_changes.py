"""10,000 requests at 64 connections during 20 code updates and 20 redeployments: none fails."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from typing import Any, Self

from tests.walk import archive, create_function, deploy_api, request, wait_active

CONNECTIONS = 64
REQUESTS = 10_000
CHANGES = 20

HANDLER = """
VERSION = {0}
def lambda_handler(event, context):
    resource = event["resource"]
    return {{"statusCode": 200, "body": f"{{VERSION}} {{resource}}"}}
"""


class Load:
    """A closed loop on a number of connections, in a thread of its own, until told to stop."""

    def __init__(self, port: int, path: str) -> None:
        self.answers: Counter[tuple[int, str]] = Counter()
        self.stop = threading.Event()
        self._port = port
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._told = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join()

    def wait_for_answers(self) -> int:
        """How many answers came so far, once there are some that nobody was told of yet."""
        while self.answers.total() == self._told:
            assert self._thread.is_alive()
            time.sleep(0.001)
        self._told = self.answers.total()
        return self._told

    async def _run(self) -> None:
        await asyncio.gather(*(self._connection() for _ in range(CONNECTIONS)))

    async def _connection(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while not self.stop.is_set() or self.answers.total() < REQUESTS:
            writer.write(self._request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            self.answers[int(head.split()[1]), body.decode()] += 1
        writer.close()
        await writer.wait_closed()


def test_no_request_fails_while_code_and_deployments_change(own_gatelet: Any) -> None:
    arn = create_function(own_gatelet, "rolling", HANDLER.format(0))
    deployed = deploy_api(own_gatelet, arn)
    port = int(own_gatelet.endpoint.rpartition(":")[2])
    functions, api = own_gatelet.client("lambda"), own_gatelet.client("apigateway")
    with Load(port, f"/_aws/execute-api/{deployed.api_id}/prod/users") as load:
        for version in range(1, CHANGES + 1):
            load.wait_for_answers()  # the change before has met requests
            functions.update_function_code(FunctionName="rolling", ZipFile=archive(HANDLER.format(version)))
            wait_active(functions, "rolling")
            api.create_deployment(restApiId=deployed.api_id, stageName="prod")
    assert load.answers.total() >= REQUESTS
    # Every answer is whole, of one of the versions, through one of the snapshots.
    assert set(load.answers) <= {(200, f"{version} /users") for version in range(CHANGES + 1)}
    assert request(f"{deployed.url}/users").body == f"{CHANGES} /users".encode()
