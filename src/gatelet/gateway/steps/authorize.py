"""Decides who may call a method: the API's resource policy and the method's own authorization, together.

Reference: apigateway-authorization-limits sections 1 and 2 (the order, and how the two combine).
"""

from __future__ import annotations

from gatelet.gateway.authorizers.authorization import AwsIam, InvalidAuthorization, LambdaAuthorizer
from gatelet.gateway.authorizers.aws_iam import LARGE_BODY_BYTES, authenticate, authenticate_large
from gatelet.gateway.authorizers.cognito import admit_user
from gatelet.gateway.authorizers.jwt import admit_bearer
from gatelet.gateway.authorizers.lambda_authorizer import ask
from gatelet.gateway.authorizers.method_arn import method_arn
from gatelet.gateway.authorizers.token_authorizers import CognitoAuthorizer, JwtAuthorizer
from gatelet.gateway.errors import AccessDenied, AuthorizerConfigurationError, Unauthorized
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps import narrate_access
from gatelet.gateway.trace import Trace
from gatelet.identity.request_keys import Circumstances, request_keys
from gatelet.identity.signers import Signer
from gatelet.policy.asked import Asked
from gatelet.policy.combine import Grants, Layer, Named, Verdict, combine

INVOKE = "execute-api:Invoke"
INVALIDATE_CACHE = "execute-api:InvalidateCache"


async def authorize(snapshot: Snapshot, route: Route, trace: Trace, ports: Ports) -> None:
    """Let the request pass, or raise GatewayError."""
    authorization = route.method.authorization
    if authorization is None and snapshot.policy is None:
        return
    arn = method_arn(snapshot, trace)
    if isinstance(authorization, AwsIam):
        if len(trace.request.body) > LARGE_BODY_BYTES:
            signer = await authenticate_large(snapshot, trace, ports.identity)
        else:
            signer = authenticate(snapshot, trace, ports.identity)
        _authorize_signer(signer, snapshot, trace, ports, arn)
        return
    if isinstance(authorization, InvalidAuthorization):
        raise AuthorizerConfigurationError(authorization.reason)
    if isinstance(authorization, CognitoAuthorizer | JwtAuthorizer):
        await _authorize_token(authorization, snapshot, trace, ports, arn)
        return
    if isinstance(authorization, LambdaAuthorizer):
        await _authorize_by_function(authorization, snapshot, route, trace, ports, arn)
    elif snapshot.policy is not None:
        asked = _asked(snapshot, trace, arn, looks=snapshot.policy.policy.looks)
        _refuse_denied(snapshot.policy, asked, arn)
        if not snapshot.policy.policy.evaluate(asked).allowed:
            raise AccessDenied(_anonymous(arn))


async def _authorize_by_function(
    authorizer: LambdaAuthorizer, snapshot: Snapshot, route: Route, trace: Trace, ports: Ports, arn: str
) -> None:
    """Explicit denies of the API's policy first; then the function's policy together with it (section 2)."""
    if snapshot.policy is not None:
        _refuse_denied(snapshot.policy, _asked(snapshot, trace, arn, looks=snapshot.policy.policy.looks), arn)
    output = await ask(authorizer, route, trace, ports, arn)
    if output.plain and snapshot.policy is None:
        verdict = output.verdict(arn, INVOKE)
    else:
        looks = not output.plain or (snapshot.policy is not None and snapshot.policy.policy.looks)
        asked = _asked(snapshot, trace, arn, looks=looks)
        verdict = combine(asked, Grants((Named("authorizer", output.policy),)), snapshot.policy)
    if not verdict:
        suffix = " with an explicit deny in an identity-based policy" if verdict.explicit_deny else ""
        raise AccessDenied(f"User is not authorized to access this resource{suffix}")


async def _authorize_token(
    authorizer: CognitoAuthorizer | JwtAuthorizer, snapshot: Snapshot, trace: Trace, ports: Ports, arn: str
) -> None:
    """The token first; then a policy, if there is one, must allow by itself (section 2)."""
    try:
        if isinstance(authorizer, CognitoAuthorizer):
            await admit_user(authorizer, trace, ports)
        else:
            await admit_bearer(authorizer, trace, ports)
    except Unauthorized:
        if trace.story is not None:
            narrate_access.unauthorized(trace.story, trace)
        raise
    if snapshot.policy is not None:
        decision = snapshot.policy.policy.evaluate(_asked(snapshot, trace, arn, looks=snapshot.policy.policy.looks))
        if not decision.allowed:
            suffix = " with an explicit deny" if decision.explicit_deny else ""
            raise AccessDenied(_anonymous(arn) + suffix)


def _asked(snapshot: Snapshot, trace: Trace, arn: str, *, looks: bool) -> Asked:
    """The request as policies see it; its circumstances where one of them ``looks`` at them."""
    return Asked(INVOKE, arn, request_keys(circumstances(snapshot, trace)) if looks else {})


def may_invalidate(exchange: Exchange) -> bool:
    """Whether the caller of an ``AWS_IAM`` method may make a cached answer anew: none of another account may."""
    trace, snapshot = exchange.trace, exchange.snapshot
    if trace.principal is None or trace.principal.account != snapshot.scope.account:
        return False
    verdict = exchange.ports.identity.authorizer.authorize(
        trace.principal,
        INVALIDATE_CACHE,
        method_arn(snapshot, trace),
        circumstances=circumstances(snapshot, trace),
        resource_policy=snapshot.policy,
        resource_account=snapshot.scope.account,
    )
    return bool(verdict)


def circumstances(snapshot: Snapshot, trace: Trace) -> Circumstances:
    """What policies may be told of the request."""
    return Circumstances(
        now=trace.received,
        source_ip=trace.client.source_ip,
        region=snapshot.scope.region,
        secure_transport=trace.client.scheme == "https",
        user_agent=trace.request.header("user-agent") or "",
        referer=trace.request.header("referer") or "",
    )


def _authorize_signer(signer: Signer, snapshot: Snapshot, trace: Trace, ports: Ports, arn: str) -> None:
    trace.principal = principal = signer.principal
    authorizer, account = ports.identity.authorizer, snapshot.scope.account
    verdict = authorizer.settled(principal, signer.grants, INVOKE, arn, snapshot.policy, account)
    if verdict is None:
        verdict = authorizer.authorize(
            principal,
            INVOKE,
            arn,
            circumstances=circumstances(snapshot, trace),
            resource_policy=snapshot.policy,
            resource_account=account,
        )
    if not verdict.allowed:
        raise AccessDenied(
            f"User: {principal.arn} is not authorized to perform: {INVOKE} on resource: {_masked(arn)} "
            f"{_reason(verdict)}"
        )


def _reason(verdict: Verdict) -> str:
    if verdict.explicit_deny:
        article = "an" if verdict.layer is Layer.IDENTITY else "a"
        return f"with an explicit deny in {article} {verdict.layer.value}"
    return f"because no {verdict.layer.value} allows the {INVOKE} action"


def _refuse_denied(policy: Named, asked: Asked, arn: str) -> None:
    """An explicit Deny that needs no identity comes before any authorizer is asked."""
    if policy.policy.evaluate(asked).explicit_deny:
        raise AccessDenied(f"{_anonymous(arn)} with an explicit deny")


def _anonymous(arn: str) -> str:
    return f"User: anonymous is not authorized to perform: {INVOKE} on resource: {_masked(arn)}"


def _masked(arn: str) -> str:
    """The account shows its last four digits only."""
    parts = arn.split(":", 5)
    parts[4] = "*" * 8 + parts[4][-4:]
    return ":".join(parts)
