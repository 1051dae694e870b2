"""Which parameters are missing, and which model a body is checked against (apigateway-data-plane section 5)."""

from __future__ import annotations

from typing import Any

import pytest

from gatelet.gateway.validation.errors import InvalidModel
from gatelet.gateway.validation.parameters import missing_message, missing_parameters, required_parameters
from gatelet.gateway.validation.validator import RequestValidator, compile_validator

DECLARED = {
    "method.request.querystring.qs1": True,
    "method.request.querystring.optional": False,
    "method.request.path.issuer": True,
    "method.request.header.x-header-param": True,
}
MODELS = {"Pet": {"schema": '{"required": ["name"]}'}, "Text": {"schema": '{"type": "string"}'}}


def missing(**found: dict[str, str]) -> str:
    required = required_parameters(DECLARED)
    return missing_message(missing_parameters(required, lambda place, name: found.get(place, {}).get(name)))


def test_all_missing_ones_in_one_message_in_the_recorded_order() -> None:
    assert missing() == "Missing required request parameters: [x-header-param, issuer, qs1]"


@pytest.mark.parametrize("value", ["", " ", "\t "], ids=["empty", "blank", "tab"])
def test_a_blank_value_is_missing(value: str) -> None:
    found = {"header": {"x-header-param": "1"}, "path": {"issuer": "2"}, "querystring": {"qs1": value}}
    assert missing(**found) == "Missing required request parameters: [qs1]"


def test_names_are_case_sensitive() -> None:
    found = {"header": {"X-Header-Param": "1"}, "path": {"issuer": "2"}, "querystring": {"qs1": "3"}}
    assert missing(**found) == "Missing required request parameters: [x-header-param]"


def validator(**settings: Any) -> RequestValidator | None:
    method = {
        "requestValidatorId": "v1",
        "requestParameters": DECLARED,
        "requestModels": {"application/json": "Pet", "Text/Plain": "Text"},
    }
    return compile_validator(method, {"v1": {"id": "v1", **settings}}, MODELS, "a1b2c3d4e5")


def test_each_switch_turns_one_part_on() -> None:
    parameters, body = validator(validateRequestParameters=True), validator(validateRequestBody=True)
    assert parameters is not None
    assert body is not None
    assert (len(parameters.required), parameters.models) == (3, {})
    assert (body.required, sorted(body.models)) == ((), ["application/json", "text/plain"])
    assert validator() is None


def test_a_method_without_a_validator_is_not_checked() -> None:
    assert compile_validator({"requestModels": {"application/json": "Pet"}}, {}, MODELS, "a1b2c3d4e5") is None


@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        (None, ("application/json", "Pet")),
        ("application/json; charset=utf-8", ("application/json", "Pet")),
        ("APPLICATION/JSON", ("application/json", "Pet")),
        ("text/plain", ("text/plain", "Text")),
        ("application/xml", ("application/xml", None)),
    ],
)
def test_the_content_type_chooses_the_model(content_type: str | None, named: tuple[str, str | None]) -> None:
    """No header: application/json; no model for the type: anything passes."""
    compiled = validator(validateRequestBody=True)
    assert compiled is not None
    media_type, model = compiled.model_for(content_type)
    by_name = {"Pet": compiled.models["application/json"], "Text": compiled.models["text/plain"]}
    assert (media_type, model) == (named[0], by_name.get(named[1] or ""))


def test_the_default_model_stands_for_every_other_type() -> None:
    method = {"requestValidatorId": "v1", "requestModels": {"$default": "Pet"}}
    compiled = compile_validator(method, {"v1": {"validateRequestBody": True}}, MODELS, "a1b2c3d4e5")
    assert compiled is not None
    assert compiled.model_for("application/xml") == ("application/xml", compiled.models["$default"])


def test_an_unknown_model_is_told() -> None:
    method = {"requestValidatorId": "v1", "requestModels": {"application/json": "Nobody"}}
    with pytest.raises(InvalidModel, match="there is no model Nobody"):
        compile_validator(method, {"v1": {"validateRequestBody": True}}, MODELS, "a1b2c3d4e5")
