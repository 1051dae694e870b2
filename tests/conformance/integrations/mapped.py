"""Methods with mappings, made with boto3: a function or a MOCK behind templates, patterns and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance.gateway.world import Api
from tests.conformance.integrations.methods import add

JSON = "application/json"

EVENTS = """
import time

def lambda_handler(event, context):
    if isinstance(event, dict):
        if "raise" in event:
            raise Exception(event["raise"])
        if "sleep" in event:
            time.sleep(event["sleep"])
        if "context" in event:
            client = context.client_context
            return None if client is None else client.custom
        if "answer" in event:
            return event["answer"]
        if "print" in event:
            print(event["print"])
    return event
"""
"""Answers with the event, or does what the event says."""


def add_mapped(
    api: Api,
    route: str,
    *,
    request: str | Mapping[str, str] | None = None,
    response: str | None = None,
    responses: Mapping[str, Mapping[str, Any]] | None = None,
    **members: Any,
) -> None:
    """A method of a route (``"POST /a"``) with templates: ``request`` for application/json, or by type; ``response``
    for application/json of every integration response. Without a ``uri`` the integration is a MOCK.
    """
    if request is not None:
        members["requestTemplates"] = {JSON: request} if isinstance(request, str) else dict(request)
    kind = {"type": "AWS", "integrationHttpMethod": "POST"} if "uri" in members else {"type": "MOCK"}
    templates = {} if response is None else {"responseTemplates": {JSON: response}}
    shapes = {status: {**templates, **shape} for status, shape in (responses or {"200": {}}).items()}
    add(api, route, responses=shapes, **kind, **members)
