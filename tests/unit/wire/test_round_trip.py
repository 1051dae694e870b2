"""Every operation of every service, through botocore's own serialiser and parser (issue: wire/)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.wire.client import SERVICES, model, operations, parse, send
from tests.unit.wire.generator import structure_of

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.wire.codec import Codec

ID = "b7f6c1de-6d5a-4f6e-a8a8-0123456789ab"


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec()


@pytest.mark.parametrize(("service", "name"), operations())
def test_every_input_arrives_as_it_was_given(codec: Codec, service: str, name: str) -> None:
    operation = model(service).operation_model(name)
    params = structure_of(operation.input_shape) if operation.input_shape else {}
    call = codec.decode(service, send(operation, params))
    assert (call.service, call.operation) == (service, name)
    assert call.params == params


@pytest.mark.parametrize(("service", "name"), operations())
def test_the_smallest_input_arrives_too(codec: Codec, service: str, name: str) -> None:
    operation = model(service).operation_model(name)
    shape = operation.input_shape
    params = (
        {key: value for key, value in structure_of(shape).items() if key in shape.required_members} if shape else {}
    )
    call = codec.decode(service, send(operation, params))
    payload = shape.serialization.get("payload") if shape else None
    if payload not in params and call.params.get(payload) == {}:
        del call.params[payload]  # botocore sends {} for a structure that is not given
    assert (call.operation, call.params) == (name, params)


@pytest.mark.parametrize(("service", "name"), operations())
def test_every_output_arrives_as_it_was_given(codec: Codec, service: str, name: str) -> None:
    operation = model(service).operation_model(name)
    shape = operation.output_shape
    result = structure_of(shape) if shape else {}
    if operation.has_event_stream_output:
        with pytest.raises(NotSupported, match=name):
            codec.encode(service, name, result, request_id=ID)
        return
    response = codec.encode(service, name, result, request_id=ID)
    parsed = parse(model(service).protocol, shape, response, streaming=operation.has_streaming_output)
    assert parsed.pop("ResponseMetadata")["RequestId"] == ID
    if response.status == 204:
        assert response.body == b""
        result = {key: value for key, value in result.items() if shape.members[key].serialization.get("location")}
    assert parsed == result
    located = [key for key in result if shape.members[key].serialization.get("location") == "statusCode"]
    expected = result[located[0]] if located else operation.http.get("responseCode", 200)
    assert response.status == expected


@pytest.mark.parametrize(("service", "name"), operations())
def test_a_result_of_nones_is_a_result_of_nothing(codec: Codec, service: str, name: str) -> None:
    """apigateway-control-plane 1: null members are absent."""
    operation = model(service).operation_model(name)
    shape = operation.output_shape
    if operation.has_event_stream_output:
        return
    response = codec.encode(service, name, dict.fromkeys(shape.members if shape else ()), request_id=ID)
    parsed = parse(model(service).protocol, shape, response, streaming=operation.has_streaming_output)
    del parsed["ResponseMetadata"]
    free = {key for key, member in (shape.members if shape else {}).items() if not member.serialization.get("location")}
    assert not {key: value for key, value in parsed.items() if key in free and value}


ERRORS = [(service, shape.name) for service in SERVICES for shape in model(service).error_shapes]


@pytest.mark.parametrize(("service", "name"), ERRORS)
def test_every_modelled_error_arrives_with_its_code_status_and_members(codec: Codec, service: str, name: str) -> None:
    shape = model(service).shape_for(name)
    members: dict[str, Any] = structure_of(shape)
    members = {key: value for key, value in members.items() if key.lower() not in ("message", "type")}
    response = codec.encode_error(service, AwsError(name, "What <happened> & why", members=members), request_id=ID)
    error = shape.metadata.get("error", {})
    assert response.status == error.get("httpStatusCode", 400 if not _fault(service, name) else 500)
    generic = parse(model(service).protocol, None, response)
    assert generic["Error"]["Code"] == error.get("code", name)
    assert generic["Error"]["Message"] == "What <happened> & why"
    assert generic["ResponseMetadata"]["RequestId"] == ID
    modelled = parse(model(service).protocol, shape, response)
    # The query protocol always writes Message, which botocore's models call "message"
    written = ("Message",) if model(service).protocol == "query" else ("Message", "message")
    texts = [key for key in shape.members if key in written]
    assert modelled == members | dict.fromkeys(texts, "What <happened> & why") | (
        {"Type": "User"} if "Type" in shape.members else {}
    )


def _fault(service: str, name: str) -> bool:
    return bool(model(service)._service_description["shapes"][name].get("fault"))


@pytest.mark.parametrize("service", SERVICES)
def test_the_list_of_operations_is_the_models(codec: Codec, service: str) -> None:
    listed = [(each.name, each.method, each.uri) for each in codec.operations(service)]
    described = [(name, model(service).operation_model(name).http) for name in model(service).operation_names]
    assert listed == [(name, http["method"], http["requestUri"]) for name, http in described]
