"""What API Gateway's operations need: the HTTP method on the path, ``apigateway:POST`` on
``arn:aws:apigateway:R::/restapis``. Reference: Service Authorization Reference, "Amazon API Gateway Management".

A role that an operation configures must be passable, wherever in the call it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

from gatelet.control.authorization import Asking, Need
from gatelet.control.operation import Call
from gatelet.control.passing import pass_role
from gatelet.identity.request_keys import tag_keys

_SERVICE: Final = "apigateway.amazonaws.com"
_ROLE_MEMBERS: Final = ("credentials", "authorizerCredentials", "cloudwatchRoleArn")
_ROLE: Final = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)


def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    request, params = asking.request, asking.params
    # The router splits the raw path at slashes and decodes what lies between: so does this.
    segments = [unquote(segment, "utf-8") for segment in request.path.split("/") if segment]
    path = "/" + "/".join(quote(segment, safe="-_.~") for segment in segments)
    resource = f"arn:{call.scope.partition}:apigateway:{call.scope.region}::{path}"
    keys = tag_keys(params.get("tags") or {}) if isinstance(params.get("tags"), Mapping) else {}
    return [
        Need(f"apigateway:{request.method.upper()}", resource, keys),
        *(pass_role(arn, _SERVICE) for arn in sorted(set(_roles(params)))),
    ]


def _roles(params: Mapping[str, Any]) -> Iterator[str]:
    """The ARNs of the roles that the call configures: in its members, its patch operations, an imported document."""
    for member in _ROLE_MEMBERS:
        if isinstance(params.get(member), str):
            yield from _ROLE.findall(params[member])
    for patch in params.get("patchOperations") or ():
        if any(str(patch.get("path", "")).endswith(f"/{member}") for member in _ROLE_MEMBERS):
            yield from _ROLE.findall(patch.get("value") or "")
    if isinstance(params.get("body"), bytes):
        yield from _ROLE.findall(params["body"].decode("utf-8", "replace"))
