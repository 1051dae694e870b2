"""The variables that access logs alone have: how each phase of a request ended, and where it came in.

Everything is derived when a line is written: no request pays for a variable that nobody logs.
Reference: apigateway-data-plane section 17, "phases".
"""

from __future__ import annotations

from collections.abc import Mapping

from gatelet.gateway.authorizers.authorization import AwsIam, LambdaAuthorizer
from gatelet.gateway.authorizers.token_authorizers import CognitoAuthorizer, JwtAuthorizer
from gatelet.gateway.context import Read, find
from gatelet.gateway.errors import (
    AccessDenied,
    AuthorizerConfigurationError,
    GatewayError,
    InsufficientScope,
    Unauthorized,
)
from gatelet.gateway.trace import Trace

_PASSED = 200
_OF_AUTHORIZERS = (Unauthorized, InsufficientScope, AuthorizerConfigurationError)


def find_logged(trace: Trace, name: str) -> object:
    """The value of ``$context.{name}`` in an access log; an authorizer's own members come before its phase."""
    value = find(trace, name)
    if value is None:
        read = _LOGGED.get(name)
        return None if read is None else read(trace)
    return value


def _authorization(trace: Trace) -> object:
    """How the method is guarded; None: not at all, or there is none."""
    return None if trace.route is None else trace.route.method.authorization


def _not_authenticated(trace: Trace) -> GatewayError | None:
    """Why the signature of a method with ``AWS_IAM`` was not taken."""
    if isinstance(_authorization(trace), AwsIam) and trace.principal is None:
        failure = trace.failure
        return failure if failure is not None and failure.status < 500 else None
    return None


def _not_admitted(trace: Trace) -> GatewayError | None:
    """Why the authorizer let nobody pass."""
    guarded = isinstance(_authorization(trace), LambdaAuthorizer | CognitoAuthorizer | JwtAuthorizer)
    return trace.failure if guarded and isinstance(trace.failure, _OF_AUTHORIZERS) else None


def _not_authorized(trace: Trace) -> GatewayError | None:
    """Why the policies did not allow it."""
    return trace.failure if isinstance(trace.failure, AccessDenied) else None


def _authenticated(trace: Trace) -> bool:
    return trace.principal is not None


def _admitted(trace: Trace) -> bool:
    return trace.authorizer is not None


def _authorized(trace: Trace) -> bool:
    if _authenticated(trace) or _admitted(trace):
        return True
    by_policy_alone = trace.snapshot is not None and trace.snapshot.policy is not None
    return by_policy_alone and trace.route is not None and trace.route.method.authorization is None


def _phase(name: str, why_not: Read, passed: Read) -> Mapping[str, Read]:
    """``{name}.status`` and ``{name}.error``; nothing of a phase that was not reached."""

    def status(trace: Trace) -> int | None:
        failure = why_not(trace)
        if isinstance(failure, GatewayError):
            return failure.status
        return _PASSED if passed(trace) else None

    def error(trace: Trace) -> str | None:
        failure = why_not(trace)
        return failure.message or failure.reason if isinstance(failure, GatewayError) else None

    return {f"{name}.status": status, f"{name}.error": error}


def _authorizer_latency(trace: Trace) -> object:
    return None if trace.authorizer is None else trace.authorizer.get("integrationLatency")


def _function_status(trace: Trace) -> int | None:
    """Of the call to the authorizer's function: Lambda answers 200 whatever the function did."""
    return None if trace.authorizer_request_id is None else _PASSED


def _xray_trace_id(trace: Trace) -> str | None:
    return None if trace.spans is None else trace.spans.root


_LOGGED: Mapping[str, Read] = {
    **_phase("authenticate", _not_authenticated, _authenticated),
    **_phase("authorizer", _not_admitted, _admitted),
    **_phase("authorize", _not_authorized, _authorized),
    "authorizer.integrationStatus": _function_status,
    "authorizer.latency": _authorizer_latency,
    "authorizer.requestId": lambda trace: trace.authorizer_request_id,
    "endpointType": lambda trace: None if trace.snapshot is None else trace.snapshot.endpoint_type,
    "xrayTraceId": _xray_trace_id,
}
