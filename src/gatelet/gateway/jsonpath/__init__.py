"""JSONPath with Jayway's rules, as API Gateway reads it in ``$input.path`` and ``$input.json``.

``compile_path(text)`` once, ``path.read(document)`` often. A definite path that leads nowhere raises
PathNotFound: API Gateway shows null for it in ``$input.path`` and ``""`` in ``$input.json``
(apigateway-mapping-templates section 2). Pure: nothing here does input or output.
"""

from __future__ import annotations

from gatelet.gateway.jsonpath.errors import (
    FunctionFailed,
    JsonPathError,
    LimitExceeded,
    PathError,
    PathNotFound,
    PathSyntaxError,
)
from gatelet.gateway.jsonpath.path import Path, compile_path
from gatelet.gateway.jsonpath.run import Allowance

__all__ = [
    "Allowance",
    "FunctionFailed",
    "JsonPathError",
    "LimitExceeded",
    "Path",
    "PathError",
    "PathNotFound",
    "PathSyntaxError",
    "compile_path",
]
