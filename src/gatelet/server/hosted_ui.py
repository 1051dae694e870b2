"""The pages of user pools (hosted_ui_address): keys, discovery, OAuth endpoints, sign-in.

They are for everybody, on both ports: whoever calls proves what must be proved in each of them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from gatelet.aws.scope import DEFAULT_ACCOUNT, DEFAULT_REGION, Scope
from gatelet.control.cognito_idp.documents import Pool, find_pool
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.principals import Principal
from gatelet.identity.user_pools.model import DOMAINS, issuer_of
from gatelet.server.hosted_ui_address import PoolPage, domain_path
from gatelet.server.hosted_ui_forms import json_answer
from gatelet.server.hosted_ui_oauth import revocation, token, user_info
from gatelet.server.hosted_ui_sign_in import authorize, login, logout
from gatelet.server.hosted_ui_sign_up import signup

_log = logging.getLogger(__name__)

_NOBODY: Final = Principal(DEFAULT_ACCOUNT, "anonymous", "anonymous", "")
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
    ("Access-Control-Max-Age", "3600"),
)


class HostedUi:
    """Serves the pages; ``ports`` are those of the control plane."""

    __slots__ = ("_ports",)

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def serve(self, request: Request, page: PoolPage) -> Response:
        """The answer; a fault of ours is 500 and a line in the log."""
        ports = self._ports
        host = request.header("host") or ""
        endpoint = f"{request.scheme}://{host}"
        call = Call(Scope(DEFAULT_ACCOUNT, DEFAULT_REGION), _NOBODY, ports.ids.uuid(), endpoint, ports)
        try:
            if page.pool_id:
                return await self._well_known(call, request, page)
            return await self._of_domain(call, request, page, host)
        except Exception:  # noqa: BLE001 - a listener's handler: a fault of ours is an answer
            _log.exception("the page %s of a user pool failed: a fault of Gatelet", page.page)
            return json_answer(500, {"error": "server_error"})

    async def _well_known(self, call: Call, request: Request, page: PoolPage) -> Response:
        pool = call.ports.identity.user_pools.find(page.pool_id)
        if pool is None:
            return json_answer(404, {"message": f"User pool {page.pool_id} does not exist."})
        if request.method not in {"GET", "HEAD"}:
            return json_answer(405, {"message": "Method Not Allowed"})
        if page.page == "jwks.json":
            return json_answer(200, {"keys": list(pool.jwks)})
        domains = await call.ports.records.list(DOMAINS, pool.id, limit=1)
        return json_answer(200, _discovery(call.endpoint, pool.id, domains[0].key.id if domains else None))

    async def _of_domain(self, call: Call, request: Request, page: PoolPage, host: str) -> Response:
        record = await call.ports.records.get(DOMAINS.key(page.domain))
        pool = None if record is None else await find_pool(call, record.value["pool_id"])
        if pool is None:
            return json_answer(404, {"message": f"The domain {page.domain} does not exist."})
        if page.page in _ENDPOINTS:
            methods, serve = _ENDPOINTS[page.page]
            if request.method == "OPTIONS":
                return json_answer(200, {}, *_PREFLIGHT)
            if request.method not in methods:
                return json_answer(405, {"error": "method_not_allowed"})
            return await serve(call, pool, request)
        if page.page not in _PAGES:
            return json_answer(404, {"message": "Not Found"})
        methods, show = _PAGES[page.page]
        if request.method not in methods:
            return json_answer(405, {"error": "method_not_allowed"})
        origin = request.header("origin")
        if request.method == "POST" and origin is not None and origin.partition("://")[2].lower() != host.lower():
            return json_answer(403, {"error": "foreign_origin"})
        return await show(call, pool, request, domain_path(page.domain))


_Serve = Callable[[Call, Pool, Request], Awaitable[Response]]
_Show = Callable[[Call, Pool, Request, str], Awaitable[Response]]
_ENDPOINTS: Final[Mapping[str, tuple[tuple[str, ...], _Serve]]] = {
    "oauth2/token": (("POST",), token),
    "oauth2/revoke": (("POST",), revocation),
    "oauth2/userInfo": (("GET", "POST"), user_info),
}
_PAGES: Final[Mapping[str, tuple[tuple[str, ...], _Show]]] = {
    "oauth2/authorize": (("GET",), authorize),
    "login": (("GET", "POST"), login),
    "signup": (("GET", "POST"), signup),
    "logout": (("GET",), logout),
}


def _discovery(endpoint: str, pool_id: str, domain: str | None) -> dict[str, Any]:
    """The issuer is as AWS spells it, so that tokens look alike; everything else is where this Gatelet is."""
    document: dict[str, Any] = {
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer_of(pool_id),
        "jwks_uri": f"{endpoint}/{pool_id}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    if domain is not None:
        base = endpoint + domain_path(domain)
        document |= {
            "authorization_endpoint": f"{base}/oauth2/authorize",
            "token_endpoint": f"{base}/oauth2/token",
            "userinfo_endpoint": f"{base}/oauth2/userInfo",
            "revocation_endpoint": f"{base}/oauth2/revoke",
            "end_session_endpoint": f"{base}/logout",
        }
    return document
