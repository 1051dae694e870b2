"""Tells the whole story of one request: how it was routed, who decided, by which statement, and how it ended.

Derived when asked from what the request knew; the policies of IAM are those of now. Secrets are masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from gatelet.gateway.authorizers.authorization import AwsIam, LambdaAuthorizer
from gatelet.gateway.authorizers.caller_identity import read_source
from gatelet.gateway.authorizers.method_arn import method_arn
from gatelet.gateway.authorizers.token_authorizers import CognitoAuthorizer, JwtAuthorizer
from gatelet.gateway.errors import MethodArnTooLong
from gatelet.gateway.ports import Ports
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps.authorize import INVOKE, circumstances
from gatelet.gateway.steps.narrate import masked, starred
from gatelet.gateway.trace import Trace
from gatelet.identity.request_keys import request_keys
from gatelet.policy.asked import Asked
from gatelet.policy.evaluate import Finding

Story = dict[str, Any]


def explain(trace: Trace, ports: Ports) -> Story:
    """The story, ready for JSON."""
    snapshot = trace.snapshot
    story: Story = {"request": _request(trace), "outcome": _outcome(trace)}
    if snapshot is None:
        story["stage"] = {"apiId": trace.address.api_id, "stage": trace.address.stage, "served": False}
        return story
    story["stage"] = {
        "account": snapshot.scope.account,
        "apiId": snapshot.api_id,
        "stage": snapshot.stage,
        "served": True,
        "deploymentId": snapshot.deployment_id,
        "canary": trace.is_canary,
        "endpointDisabled": snapshot.endpoint_disabled,
    }
    story["route"] = _route(snapshot, trace)
    if trace.route is not None:
        story["authorization"] = _authorization(snapshot, trace, ports)
        story["admission"] = _admission(snapshot, trace)
        story["cache"] = {None: "not asked", True: "hit", False: "miss"}[trace.cached]
        story["integration"] = _integration(trace)
    return story


def _request(trace: Trace) -> Story:
    request, secret = trace.request, _secret(trace)
    return {
        "id": trace.request_id,
        "extendedId": trace.extended_id,
        "time": trace.request_time,
        "method": trace.verb,
        "path": trace.path,
        "query": "&".join(
            [f"{name}={value}" if value else name for name, value in masked(_pairs(request.query), secret)]
        ),
        "headers": masked(request.headers, secret),
        "sourceIp": trace.client.source_ip,
    }


def _secret(trace: Trace) -> frozenset[str]:
    """What the method's authorizer looks at, in lower case."""
    authorization = None if trace.route is None else trace.route.method.authorization
    match authorization:
        case LambdaAuthorizer(sources=sources):
            return frozenset([source.name.lower() for source in sources])
        case CognitoAuthorizer(source=source) | JwtAuthorizer(source=source):
            return frozenset((source.name.lower(),))
    return frozenset()


def _pairs(query: str) -> list[tuple[str, str]]:
    """Names and values as they were sent, the names decoded."""
    parts = [part.partition("=") for part in query.replace(";", "&").split("&") if part]
    return [(unquote_plus(name), value) for name, _, value in parts]


def _outcome(trace: Trace) -> Story:
    outcome: Story = {"status": trace.status}
    failure = trace.failure
    if failure is not None:
        outcome |= {
            "error": failure.error_type,
            "responseType": failure.response_type or None,
            "message": failure.message,
            "reason": failure.reason or None,
            "decidedBy": type(failure).__name__,
        }
    return outcome


def _route(snapshot: Snapshot, trace: Trace) -> Story:
    route = trace.route
    return {
        "candidates": [{"resource": path, "methods": verbs} for path, verbs in snapshot.router.candidates(trace.path)],
        "chosen": None if route is None else {"resource": route.resource.path, "method": route.method.verb},
        "pathParameters": None if route is None or route.path_parameters is None else dict(route.path_parameters),
    }


def _authorization(snapshot: Snapshot, trace: Trace, ports: Ports) -> Story:
    assert trace.route is not None
    authorization = trace.route.method.authorization
    story: Story = {"type": "NONE" if authorization is None else type(authorization).__name__, "methodArn": None}
    if isinstance(trace.failure, MethodArnTooLong):
        return story
    story["methodArn"] = arn = method_arn(snapshot, trace)
    asked = Asked(INVOKE, arn, request_keys(circumstances(snapshot, trace)))
    if isinstance(authorization, AwsIam) and trace.principal is not None:
        story["principal"] = trace.principal.arn
        identity = ports.identity.authorizer
        asked = identity.asked(trace.principal, INVOKE, arn, {}, circumstances(snapshot, trace))
        story["policies"] = {name: _findings(found) for name, found in identity.explain(trace.principal, asked)}
    if isinstance(authorization, LambdaAuthorizer):
        story["authorizer"] = _lambda_authorizer(authorization, trace, asked)
    elif trace.authorizer is not None:
        story["authorizer"] = {"context": sorted(trace.authorizer)}
    if snapshot.policy is not None:
        story["resourcePolicy"] = _findings(snapshot.policy.policy.explain(asked))
    return story


def _lambda_authorizer(authorizer: LambdaAuthorizer, trace: Trace, asked: Asked) -> Story:
    story: Story = {
        "id": authorizer.id,
        "function": authorizer.target.name,
        "identitySources": [
            {"source": f"{source.place}.{source.name}", "value": starred(read_source(source, trace) or "") or None}
            for source in authorizer.sources
        ],
    }
    output = trace.output
    if output is not None:
        story |= {
            "answer": "kept" if trace.output_kept else "asked",
            "principalId": output.principal_id,
            "context": sorted(output.context),
            "policy": output.document,
            "statements": _findings(output.policy.explain(asked)),
        }
    return story


def _findings(findings: list[Finding]) -> list[Mapping[str, Any]]:
    return [
        {
            "statement": finding.sid or finding.position,
            "effect": finding.effect,
            "applies": finding.miss is None,
            **({} if finding.miss is None else {"because": f"{finding.miss.value} does not match"}),
            **({} if finding.detail is None else {"detail": finding.detail}),
        }
        for finding in findings
    ]


def _admission(snapshot: Snapshot, trace: Trace) -> Story:
    assert trace.route is not None
    method = trace.route.method
    return {
        "apiKeyRequired": method.api_key_required,
        "apiKeySource": snapshot.api_key_source,
        "apiKeyId": (trace.identity or {}).get("apiKeyId"),
        "usagePlanId": trace.plan_id,
        "throttles": [
            {"bucket": bucket.name, "rate": bucket.rate, "burst": bucket.burst}
            for bucket in (trace.buckets or method.buckets)
        ],
        "throttledBy": trace.throttled_by,
    }


def _integration(trace: Trace) -> Story:
    assert trace.route is not None
    facts = trace.integration
    story: Story = {"type": type(trace.route.method.integration).__name__}
    if facts is not None:
        story |= {
            "status": facts.status,
            "milliseconds": facts.milliseconds,
            "requestId": facts.request_id,
            "error": facts.error,
        }
    return story
