"""The resource policy of a REST API: checked, its short resources written out, shown with its quotes escaped.

Reference: apigateway-authorization-limits section 2 ("Policy detail"); apigateway-control-plane section 4.
"""

from __future__ import annotations

import json
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.control.apigateway.errors import BadRequest
from gatelet.policy.document import as_list, read_document
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import compile_policy
from gatelet.policy.kind import Kind

_SHORT = "execute-api:/"


def stored_policy(text: str, scope: Scope, api_id: str) -> str:
    """The policy as it is kept. Raises BadRequest."""
    if len(text) > quotas.RESOURCE_POLICY_CHARACTERS:
        raise BadRequest(f"Invalid policy document: it has more than {quotas.RESOURCE_POLICY_CHARACTERS} characters.")
    try:
        document = read_document(json.dumps(_expanded(json.loads(text), scope, api_id)), Kind.RESOURCE)
        compile_policy(document["Statement"], kind=Kind.RESOURCE)
    except (ValueError, RecursionError, MalformedPolicy):
        raise _invalid() from None
    return json.dumps(document, separators=(",", ":"))


def _expanded(document: Any, scope: Scope, api_id: str) -> Any:
    """With every short resource written out; what has another shape is for the reader to refuse."""
    prefix = f"arn:aws:execute-api:{scope.region}:{scope.account}:{api_id}/"

    def expand(resource: Any) -> Any:
        short = isinstance(resource, str) and resource.startswith(_SHORT)
        return prefix + resource.removeprefix(_SHORT) if short else resource

    for statement in as_list(document.get("Statement")) if isinstance(document, dict) else ():
        for member in ("Resource", "NotResource"):
            if isinstance(statement, dict) and member in statement:
                given = statement[member]
                statement[member] = [expand(one) for one in given] if isinstance(given, list) else expand(given)
    return document


def shown_policy(stored: str) -> str:
    """AWS encodes the text twice: clients find each quote as ``\\"``."""
    return json.dumps(stored)[1:-1]


def _invalid() -> BadRequest:
    return BadRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
