"""rest-xml, proved on S3's operations through botocore's own serialiser and parser."""

from __future__ import annotations

import pytest
from tests.unit.wire.client import model, operations, parse, send
from tests.unit.wire.generator import structure_of

from gatelet.wire.codec import Codec

CODEC = Codec()
LEGACY = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
"""Deprecated operations, whose requests are their successors' on the wire."""
BY_HOST = {"ListDirectoryBuckets", "WriteGetObjectResponse"}
"""Told apart by their host, which is not a matter of the path."""
OPERATIONS = [name for _, name in operations("s3") if name not in BY_HOST]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in LEGACY])
def test_every_input_arrives_as_it_was_given(name: str) -> None:
    operation = model("s3").operation_model(name)
    params = structure_of(operation.input_shape) if operation.input_shape else {}
    call = CODEC.decode("s3", send(operation, params))
    assert (call.operation, call.params) == (name, params)


@pytest.mark.parametrize("name", LEGACY)
def test_a_deprecated_operation_is_its_successor(name: str) -> None:
    operation = model("s3").operation_model(name)
    params = {"Bucket": "bucket"} | {key: {} for key in operation.input_shape.required_members if key != "Bucket"}
    assert CODEC.decode("s3", send(operation, params)).operation == LEGACY[name]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "GetBucketNotification"])
def test_every_output_arrives_as_it_was_given(name: str) -> None:
    operation = model("s3").operation_model(name)
    if operation.has_event_stream_output:
        return
    shape = operation.output_shape
    result = structure_of(shape) if shape else {}
    response = CODEC.encode("s3", name, result, request_id="id")
    parsed = parse("rest-xml", shape, response, streaming=operation.has_streaming_output)
    assert parsed.pop("ResponseMetadata")["RequestId"] == "id"
    if response.status == 204:
        result = {key: value for key, value in result.items() if shape.members[key].serialization.get("location")}
    assert parsed == result
