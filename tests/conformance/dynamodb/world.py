"""boto3 against DynamoDB's operations without a socket between them: requests are signed, sent, decoded as ever."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from gatelet.aws.ids import Ids
from gatelet.aws.scope import DEFAULT_ACCOUNT, Scope
from gatelet.control.dispatch import ControlPlane
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.http.request import first_values
from gatelet.identity.principals import root_principal
from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.tables.service import Tables
from gatelet.tables.upkeep import Upkeep
from gatelet.wire.codec import Codec

NOW = 1_767_225_600.25
"""2026-01-01T00:00:00.250Z"""


class MovedClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time

    monotonic = now


@dataclass
class Sent:
    """A request as botocore prepared it."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    query: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        return first_values(self.headers)


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_options: Any) -> Iterator[bytes]:
        yield self._content


@dataclass
class World:
    """Tables in a data directory, and clients that call them."""

    place: Path
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    clock: MovedClock = field(default_factory=MovedClock)
    session: boto3.session.Session = field(default_factory=boto3.session.Session)
    _names: Iterator[int] = field(default_factory=itertools.count)

    def open(self) -> None:
        """Open the directory, as a start does."""
        self._stack = AsyncExitStack()
        self.runner.run(self._open())

    async def _open(self) -> None:
        data = await self._stack.enter_async_context(open_data_directory(self.place))
        self.tables = Tables(data.table_items, self.clock)
        await self.tables.catalogue.load()
        absent = cast(Any, None)
        ports = Ports(
            **dict.fromkeys(Ports.__dataclass_fields__, absent)
            | {"clock": self.clock, "ids": Ids(seed=7), "tables": self.tables}
        )
        self.control = ControlPlane(Codec(), Registry(), ports)

    def close(self) -> None:
        """Close the directory, as a stop does."""
        self.runner.run(self._stack.aclose())

    def settle(self) -> None:
        """Let the upkeep do everything that is due."""
        from gatelet.tables.upkeep import sweep

        self.runner.run(sweep(self.tables, self.clock.now()))

    def upkeep(self) -> Upkeep:
        """An upkeep that does not run by itself."""
        return Upkeep(self.tables, self.clock)

    def client(self, service: str = "dynamodb", account: str = DEFAULT_ACCOUNT, region: str = "us-east-1") -> Any:
        """A boto3 client whose requests are answered in this process."""
        client = self.session.client(
            service,
            region_name=region,
            endpoint_url="http://127.0.0.1:4566",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

        def answer(request: Any, **_event: Any) -> AWSResponse:
            body = request.body.encode() if isinstance(request.body, str) else bytes(request.body or b"")
            headers = [
                (name, value if isinstance(value, str) else value.decode()) for name, value in request.headers.items()
            ]
            return self.serve(service, headers, body, Scope(account, region))

        client.meta.events.register("before-send", answer)
        return client

    def serve(self, service: str, headers: list[tuple[str, str]], body: bytes, scope: Scope) -> AWSResponse:
        """The answer of the control plane."""
        sent = Sent("POST", "/", headers, body)
        principal = root_principal(scope.account, "test")
        answered = self.runner.run(
            self.control.serve(sent, service, principal, scope, request_id="id", endpoint="http://127.0.0.1:4566")
        )
        return AWSResponse(
            "http://127.0.0.1:4566", answered.status, dict(answered.headers), cast(Any, _Body(answered.body))
        )

    def name(self) -> str:
        """A name that nobody else has."""
        return f"table-{next(self._names)}"


def error_of(call: Any, **parameters: Any) -> dict[str, Any]:
    """The error that a call is refused with."""
    try:
        call(**parameters)
    except ClientError as error:
        return cast("dict[str, Any]", error.response)
    raise AssertionError("the call succeeded")


def refusal(call: Any, **parameters: Any) -> tuple[str, str]:
    """The code and message of the error that a call is refused with."""
    error = error_of(call, **parameters)["Error"]
    return error["Code"], error["Message"]


def invalid(call: Any, **parameters: Any) -> str:
    """The message of the ValidationException that a call is refused with."""
    code, message = refusal(call, **parameters)
    assert code == "ValidationException"
    return message
