"""What an app client may be, as pure rules. Reference: Cognito API Reference, CreateUserPoolClient."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.cognito_idp.errors import InvalidParameter
from gatelet.identity.user_pools.tokens import USER_ADMIN

_UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_DAY: Final = 86_400
_DEFAULT_FLOWS: Final = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
_OLD_FLOWS: Final = {
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY": "ALLOW_CUSTOM_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
}
_SYSTEM_SCOPES: Final = ("phone", "email", "openid", "profile", USER_ADMIN)
COPIED: Final = (
    "ClientName", "ReadAttributes", "WriteAttributes", "ExplicitAuthFlows", "SupportedIdentityProviders",
    "CallbackURLs", "LogoutURLs", "DefaultRedirectURI", "AllowedOAuthFlows", "AllowedOAuthScopes",
    "PreventUserExistenceErrors", "TokenValidityUnits",
)  # fmt: skip


def settings_of(request: Mapping[str, Any], scopes: Collection[str], attributes: Collection[str]) -> dict[str, Any]:
    """The settings that are asked for. ``scopes``: the pool's own; ``attributes``: the names in its schema.

    Raises InvalidParameter, NotSupported, AwsError (ScopeDoesNotExistException).
    """
    _refuse(request)
    settings: dict[str, Any] = {name: request[name] for name in COPIED if request.get(name) is not None}
    settings.setdefault("ExplicitAuthFlows", list(_DEFAULT_FLOWS))
    settings["RefreshTokenValidity"] = request.get("RefreshTokenValidity") or 30
    for member in ("AccessTokenValidity", "IdTokenValidity"):
        if request.get(member):
            settings[member] = request[member]
    settings["TokenValidityUnits"] = dict(request.get("TokenValidityUnits") or {})
    revocation = request.get("EnableTokenRevocation")
    settings["EnableTokenRevocation"] = True if revocation is None else revocation
    settings["EnablePropagateAdditionalUserContextData"] = False
    settings["AuthSessionValidity"] = request.get("AuthSessionValidity") or 3
    settings["AllowedOAuthFlowsUserPoolClient"] = bool(request.get("AllowedOAuthFlowsUserPoolClient"))
    settings.setdefault("PreventUserExistenceErrors", "LEGACY")
    _check_flows(settings["ExplicitAuthFlows"])
    _check_validity(settings)
    _check_attributes(settings, attributes)
    _check_oauth(settings, scopes)
    return settings


def _refuse(request: Mapping[str, Any]) -> None:
    if request.get("AnalyticsConfiguration"):
        raise NotSupported("Amazon Pinpoint analytics (AnalyticsConfiguration)")
    if (request.get("RefreshTokenRotation") or {}).get("Feature") == "ENABLED":
        raise NotSupported("refresh token rotation (RefreshTokenRotation)")
    if request.get("EnablePropagateAdditionalUserContextData"):
        raise NotSupported("EnablePropagateAdditionalUserContextData")
    others = set(request.get("SupportedIdentityProviders") or ()) - {"COGNITO"}
    if others:
        raise NotSupported(f"the identity providers {', '.join(sorted(others))}")
    if "implicit" in (request.get("AllowedOAuthFlows") or ()):
        raise NotSupported("the implicit OAuth flow")
    if "ALLOW_USER_AUTH" in (request.get("ExplicitAuthFlows") or ()):
        raise NotSupported("the authentication flow ALLOW_USER_AUTH")


def _check_flows(flows: Collection[str]) -> None:
    new = [flow for flow in flows if flow.startswith("ALLOW_")]
    if new and len(new) != len(flows):
        raise InvalidParameter(
            "Legacy authentication flow configuration cannot be mixed with the new ALLOW_ authentication flows."
        )


def allows(settings: Mapping[str, Any], flow: str) -> bool:
    """Whether the client may use a flow, by its ``ALLOW_`` name."""
    flows = settings["ExplicitAuthFlows"]
    if flow == "ALLOW_REFRESH_TOKEN_AUTH" and not any(one.startswith("ALLOW_") for one in flows):
        return True
    return flow in flows or any(_OLD_FLOWS.get(one) == flow for one in flows)


def seconds_of(settings: Mapping[str, Any], kind: str) -> int:
    """How long tokens live; ``kind`` is ``Access``, ``Id`` or ``Refresh``."""
    value = settings.get(f"{kind}TokenValidity") or (30 if kind == "Refresh" else 1)
    units = settings.get("TokenValidityUnits") or {}
    unit = units.get(f"{kind}Token") or ("days" if kind == "Refresh" else "hours")
    return int(value) * _UNITS[unit]


def _check_validity(settings: Mapping[str, Any]) -> None:
    for token in ("Access", "Id"):
        if not 300 <= seconds_of(settings, token) <= _DAY:
            raise InvalidParameter(f"Invalid range for token validity: {token}TokenValidity is 5 minutes to 1 day.")
    if not 3_600 <= seconds_of(settings, "Refresh") <= 3_650 * _DAY:
        raise InvalidParameter("Invalid range for token validity: RefreshTokenValidity is 1 hour to 3650 days.")
    if not 3 <= settings["AuthSessionValidity"] <= 15:
        raise InvalidParameter("AuthSessionValidity is 3 to 15 minutes.")


def _check_attributes(settings: Mapping[str, Any], attributes: Collection[str]) -> None:
    for member, word in (("ReadAttributes", "read"), ("WriteAttributes", "write")):
        for name in settings.get(member) or ():
            if name not in attributes:
                raise InvalidParameter(f"Invalid {word} attributes specified while creating a client")


def _check_oauth(settings: Mapping[str, Any], scopes: Collection[str]) -> None:
    flows, asked = settings.get("AllowedOAuthFlows") or (), settings.get("AllowedOAuthScopes") or ()
    for scope in asked:
        if scope not in _SYSTEM_SCOPES and scope not in scopes:
            raise AwsError("ScopeDoesNotExistException", f"Invalid scope requested: {scope}", status=400)
    if "client_credentials" in flows and len(flows) > 1:
        raise AwsError(
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected along with code flow or implicit flow.",
            status=400,
        )
    if flows and not asked and settings["AllowedOAuthFlowsUserPoolClient"]:
        raise InvalidParameter("AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed.")
    if "code" in flows and not settings.get("CallbackURLs"):
        raise InvalidParameter("CallbackURLs are required for the code flow.")
    for url in (*(settings.get("CallbackURLs") or ()), *(settings.get("LogoutURLs") or ())):
        _check_url(url)
    default = settings.get("DefaultRedirectURI")
    if default and default not in (settings.get("CallbackURLs") or ()):
        raise InvalidParameter("DefaultRedirectURI must be in CallbackURLs.")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.scheme or parts.fragment or parts.scheme in {"javascript", "data", "vbscript", "file"}:
        raise InvalidParameter(f"Invalid URL: {url}")
    if parts.scheme == "http" and not local:
        raise InvalidParameter("cannot use the HTTP protocol, except for http://localhost")
