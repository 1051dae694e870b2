"""Calls of DynamoDB, sent to another store (setting ``dynamodb_endpoint``): DynamoDB itself, or a compatible server.

Gatelet has verified and authorised the caller; the store gets a request that Gatelet signs: with the AWS credentials
of its own environment, or, where there are none, with the account as the access key (a compatible server keeps
accounts and regions apart by them).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from gatelet.aws.clock import Clock
from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.dispatch import Relay
from gatelet.http.client.client import HttpClient
from gatelet.http.client.errors import ClientError
from gatelet.http.client.message import ClientRequest
from gatelet.http.client.target import Origin, split_url
from gatelet.identity.credentials import DEVELOPMENT_SECRET
from gatelet.server.config import Config
from gatelet.server.endpoints import service_client
from gatelet.wire.message import WireRequest, WireResponse
from gatelet.wire.signing import sign

SERVICES: Final = ("dynamodb", "dynamodbstreams")
_TIMEOUT_SECONDS: Final = 60.0
_PASSED: Final = frozenset({"content-type", "x-amz-target"})
_ANSWERED: Final = frozenset({"content-type", "x-amz-crc32", "x-amzn-requestid", "x-amzn-errortype"})

_log = logging.getLogger(__name__)


class TableEndpoint:
    """Sends calls to the store and its answers back."""

    __slots__ = ("_client", "_clock", "_environment", "_origin")

    def __init__(self, client: HttpClient, origin: Origin, environment: Mapping[str, str], clock: Clock) -> None:
        self._client = client
        self._origin = origin
        self._environment = environment
        self._clock = clock

    async def relay(self, request: WireRequest, service: str, scope: Scope) -> WireResponse:
        """The store's answer. Raises AwsError (ServiceUnavailableException) where it gives none."""
        kept = {name: value for name, value in request.headers if name.lower() in _PASSED}
        key_id = self._environment.get("AWS_ACCESS_KEY_ID")
        headers = sign(
            "POST",
            "/",
            headers={**kept, "Host": self._origin.authority},
            body=request.body,
            access_key_id=key_id or scope.account,
            secret_access_key=self._environment.get("AWS_SECRET_ACCESS_KEY", "") if key_id else DEVELOPMENT_SECRET,
            session_token=self._environment.get("AWS_SESSION_TOKEN") if key_id else None,
            region=scope.region,
            service="dynamodb",
            now=self._clock.now(),
        )
        try:
            answer = await self._client.send(
                ClientRequest("POST", self._origin, "/", list(headers.items()), request.body), _TIMEOUT_SECONDS
            )
        except ClientError as error:
            _log.warning("%s: the endpoint of DynamoDB gave no answer: %s", service, error)
            message = "The endpoint of DynamoDB (dynamodb_endpoint) gave no answer."
            raise AwsError("ServiceUnavailableException", message, status=503) from error
        assert isinstance(answer.body, bytes)
        told = [(name, value) for name, value in answer.headers if name.lower() in _ANSWERED]
        return WireResponse(answer.status, told, answer.body)


@asynccontextmanager
async def open_table_endpoint(
    config: Config, environment: Mapping[str, str], clock: Clock
) -> AsyncIterator[Mapping[str, Relay]]:
    """The relays by service: none, if tables are Gatelet's own."""
    if not config.dynamodb_endpoint:
        yield {}
        return
    client = service_client(config)
    try:
        endpoint = TableEndpoint(client, split_url(config.dynamodb_endpoint)[0], environment, clock)
        yield dict.fromkeys(SERVICES, endpoint.relay)
    finally:
        client.close()
