"""``gatelet explain REQUEST_ID``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from gatelet.cli.endpoint import client_for
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Print the story of a request."""
    story = client_for(arguments, config).explain(arguments.request)
    if arguments.json:
        print(json.dumps(story))
    else:
        print("\n".join(_lines(story)))
    return 0


def _lines(story: Mapping[str, Any]) -> Iterator[str]:
    request, outcome = story["request"], story["outcome"]
    yield f"{request['method']} {request['path']}{'?' + request['query'] if request['query'] else ''}"
    yield f"  from {request['sourceIp']} at {request['time']}"
    yield f"answered {outcome['status']}{_because(outcome)}"
    stage = story["stage"]
    if not stage["served"]:
        yield f"stage: there is no stage {stage['stage']} of an API {stage['apiId']}"
        return
    canary = {None: "", True: ", its canary", False: ", not its canary"}[stage["canary"]]
    yield f"stage: {stage['stage']} of {stage['apiId']}, deployment {stage['deploymentId']}{canary}"
    yield from _route(story["route"])
    if "authorization" in story:
        yield from _authorization(story["authorization"])
        yield from _admission(story["admission"])
        yield f"cache: {story['cache']}"
        yield f"integration: {_pairs(story['integration'])}"


def _because(outcome: Mapping[str, Any]) -> str:
    if "error" not in outcome:
        return ""
    reason = outcome["reason"] or outcome["message"] or ""
    return f" {outcome['error']} ({outcome['responseType'] or 'not customisable'}): {reason}"


def _route(route: Mapping[str, Any]) -> Iterator[str]:
    chosen = route["chosen"]
    yield (
        "route: no method serves this path and verb"
        if chosen is None
        else (f"route: {chosen['method']} {chosen['resource']}")
    )
    for candidate in route["candidates"]:
        yield f"  {candidate['resource']} has {', '.join(candidate['methods']) or 'no method'}"


def _authorization(authorization: Mapping[str, Any]) -> Iterator[str]:
    yield f"authorization: {authorization['type']} on {authorization['methodArn']}"
    if "principal" in authorization:
        yield f"  signed by {authorization['principal']}"
    authorizer = authorization.get("authorizer", {})
    for source in authorizer.get("identitySources", ()):
        yield f"  {source['source']}: {source['value'] or 'missing'}"
    if "answer" in authorizer:
        yield f"  {authorizer['function']} {authorizer['answer']}: principal {authorizer['principalId']}"
        yield from _statements("its policy", authorizer["statements"])
    for name, statements in authorization.get("policies", {}).items():
        yield from _statements(name, statements)
    if "resourcePolicy" in authorization:
        yield from _statements("the API's resource policy", authorization["resourcePolicy"])


def _statements(policy: str, statements: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"  {policy}:{'' if statements else ' no statement'}"
    for one in statements:
        applies = "applies" if one["applies"] else f"does not apply: {one['because']}"
        yield f"    {one['effect']} {one['statement']} {applies}{' (' + one['detail'] + ')' if 'detail' in one else ''}"


def _admission(admission: Mapping[str, Any]) -> Iterator[str]:
    if admission["apiKeyRequired"]:
        key = admission["apiKeyId"] or f"none that may call it (source: {admission['apiKeySource']})"
        yield f"API key: {key}, usage plan: {admission['usagePlanId'] or 'none'}"
    if admission["throttledBy"]:
        yield f"throttled by {admission['throttledBy']}"


def _pairs(members: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in members.items() if value is not None)
