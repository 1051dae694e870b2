"""Calls of AWS services on behalf of integrations: in this process, or at an endpoint that the operator names.

A call is made with the integration's role, which must trust API Gateway and be of the API's own account; what it
may do, the role's policies say (gatelet.control.dispatch asks them). Reference: apigateway-data-plane section 9.3.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.control.dispatch import ControlPlane
from gatelet.control.integrated_services import service_of_uri
from gatelet.control.registry import PACKAGES
from gatelet.gateway.ports import ServiceCall, ServiceRefused
from gatelet.http.client.client import HttpClient
from gatelet.http.client.errors import ClientTimeout
from gatelet.http.client.message import Answer, ClientRequest
from gatelet.http.client.target import Origin
from gatelet.http.request import first_values
from gatelet.identity.authorization import CannotAssume
from gatelet.identity.credentials import Credentials, RoleSession
from gatelet.identity.principals import Principal
from gatelet.identity.service import Identity
from gatelet.policy.principals import account_of
from gatelet.wire.models import Models, ServiceModel, UnknownService
from gatelet.wire.signing import sign

GATEWAY: Final = "apigateway.amazonaws.com"
SESSION_NAME: Final = "BackplaneAssumeRoleSession"
"""What AWS calls the sessions of API Gateway."""
_LIFETIME_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class _Message:
    """A request as the service's protocol wants it."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    values: Mapping[str, str]
    body: bytes


class AwsServices:
    """The gateway's port. ``endpoints`` are those of the operator, by the service's name in integration URIs.

    ``plane`` serves the services of this process; it is set once there is one, before the first request.
    """

    def __init__(
        self,
        identity: Identity,
        client: HttpClient,
        endpoints: Mapping[str, Origin],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.plane: ControlPlane | None = None
        self._identity = identity
        self._client = client
        self._endpoints = endpoints
        self._clock = clock
        self._ids = ids
        self._models = Models()
        self._known: dict[str, ServiceModel | None] = {}

    async def call(self, call: ServiceCall, timeout: float) -> Answer:
        """See gatelet.gateway.ports.AwsServices."""
        principal = self._assume(call)
        service = service_of_uri(call.uri.service)
        endpoint = self._endpoints.get(call.uri.service)
        if endpoint is None and service not in PACKAGES:
            raise ServiceRefused(f"Gatelet does not support the service {call.uri.service} yet")
        message = _message(call, await self._model(service))
        if endpoint is not None:
            return await self._send(call, message, endpoint, principal, timeout)
        if self.plane is None:
            raise ServiceRefused("the control plane is not ready yet")
        try:
            async with asyncio.timeout(timeout):
                answer = await self.plane.serve(
                    message,
                    service,
                    principal,
                    Scope(principal.account, call.uri.region),
                    request_id=self._ids.uuid(),
                    endpoint="",
                )
        except TimeoutError:
            raise ClientTimeout(f"{call.uri.service} gave no answer within {timeout:g} seconds") from None
        return Answer(answer.status, answer.headers, answer.body)

    def _assume(self, call: ServiceCall) -> Principal:
        """The role's identity. A role of another account is none of this API's, whomever it trusts."""
        try:
            if account_of(call.role_arn) != call.account:
                raise CannotAssume(call.role_arn, GATEWAY)
            return self._identity.authorizer.assume(
                call.role_arn, GATEWAY, SESSION_NAME, source_arn=call.source_arn, source_account=call.account
            )
        except CannotAssume as refused:
            text = f"API Gateway does not have permission to assume the provided role {call.role_arn}"
            raise ServiceRefused(text) from refused

    async def _model(self, service: str) -> ServiceModel | None:
        """The service's model, read in a thread the first time; None for a service that nobody described."""
        if service not in self._known:
            try:
                self._known[service] = await asyncio.to_thread(self._models.load, service)
            except UnknownService:
                self._known[service] = None
        return self._known[service]

    async def _send(
        self, call: ServiceCall, message: _Message, endpoint: Origin, principal: Principal, timeout: float
    ) -> Answer:
        credentials = self._credentials(principal)
        headers = sign(
            message.method,
            message.path,
            headers={**_joined(message.headers), "Host": endpoint.authority},
            body=message.body,
            access_key_id=credentials.access_key_id,
            secret_access_key=credentials.secret_access_key,
            region=call.uri.region,
            service=call.uri.service.rpartition(".")[2],
            now=self._clock.now(),
            query=message.query,
            session_token=credentials.session_token,
        )
        target = f"{message.path}?{message.query}" if message.query else message.path
        request = ClientRequest(message.method, endpoint, target, list(headers.items()), message.body)
        return await self._client.send(request, timeout)

    def _credentials(self, principal: Principal) -> Credentials:
        """Temporary ones of the session, as sts:AssumeRole would give them."""
        now = int(self._clock.now())
        return self._identity.session_key.issue(
            RoleSession(
                principal.account,
                principal.name,
                SESSION_NAME,
                now + _LIFETIME_SECONDS,
                principal.access_key_id,
                issued=now,
                role_id=principal.unique_id,
            )
        )


def _message(call: ServiceCall, model: ServiceModel | None) -> _Message:
    """The action put where the service's protocol has it; JSON is the content type where nothing else is said."""
    headers = list(call.headers)
    names = {name.lower() for name, _ in headers}
    content_type, query = call.content_type, call.query
    if model is not None and model.protocol == "json":
        content_type = f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}"
        if call.uri.action is not None and "x-amz-target" not in names:
            headers.append(("X-Amz-Target", f"{model.metadata['targetPrefix']}.{call.uri.action}"))
    elif call.uri.action is not None:
        query = "&".join(filter(None, [f"Action={call.uri.action}", query]))
    if "content-type" not in names and call.method in ("POST", "PUT", "PATCH"):
        headers.append(("Content-Type", content_type))
    return _Message(call.method, call.path, query, headers, first_values(headers), call.body)


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    """One line for each name: what is signed is what is sent."""
    names: dict[str, str] = {}
    joined: dict[str, str] = {}
    for name, value in headers:
        shown = names.setdefault(name.lower(), name)
        joined[shown] = f"{joined[shown]},{value}" if shown in joined else value
    return joined
