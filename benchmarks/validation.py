"""`python -m benchmarks.validation`: what it costs to check a body against its model, in microseconds."""

from __future__ import annotations

import json
import sys

from benchmarks.mapping import median_us
from gatelet.gateway.validation.model import BodyModel, compile_model

API = "a1b2c3d4e5"
ADDRESS = {
    "type": "object",
    "required": ["city"],
    "properties": {"city": {"type": "string", "minLength": 1}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
}
USER = {
    "type": "object",
    "required": ["name", "email"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "email": {"type": "string", "pattern": "^\\S+@\\S+$"},
        "age": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"enum": ["new", "vip", "beta"]}, "maxItems": 10},
        "address": {"$ref": f"https://apigateway.amazonaws.com/restapis/{API}/models/Address"},
    },
    "additionalProperties": False,
}
BODY = {
    "name": "Jane Doe",
    "email": "jane.doe@example.com",
    "age": 42,
    "tags": ["new", "vip"],
    "address": {"city": "Springfield", "zip": "12345"},
}


def user_model() -> BodyModel:
    """A model of the usual kind, that refers to another."""
    shapes = {"User": {"schema": json.dumps(USER)}, "Address": {"schema": json.dumps(ADDRESS)}}
    return compile_model(shapes, API, "User")


def main() -> int:
    """Print a table."""
    model = user_model()
    body = json.dumps(BODY).encode()
    wrong = json.dumps({**BODY, "age": "42"}).encode()
    rows = [
        (f"a body of {len(body)} bytes that suits", median_us(lambda: model.is_light(body) and model.check(body))),
        ("one that does not, put into AWS's words", median_us(lambda: model.is_light(wrong) and model.check(wrong))),
    ]
    for name, cost in rows:
        print(f"{name:<48} {cost:8.2f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
