"""The two models that every new REST API has. Reference: apigateway-control-plane section 5.6."""

from __future__ import annotations

import json
from typing import Any

from gatelet.aws.ids import Ids

_DRAFT_4 = "http://json-schema.org/draft-04/schema#"

_EMPTY = {"$schema": _DRAFT_4, "title": "Empty Schema", "type": "object"}
_ERROR = {
    "$schema": _DRAFT_4,
    "title": "Error Schema",
    "type": "object",
    "properties": {"message": {"type": "string"}},
}


def default_models(ids: Ids) -> dict[str, dict[str, Any]]:
    """``Empty`` and ``Error``, by name."""
    return {
        "Empty": _model(ids, "Empty", "This is a default empty schema model", _EMPTY),
        "Error": _model(ids, "Error", "This is a default error schema model", _ERROR),
    }


def _model(ids: Ids, name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": ids.lower_alnum(6),
        "name": name,
        "description": description,
        "schema": json.dumps(schema, indent=2),
        "contentType": "application/json",
    }
