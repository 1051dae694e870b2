"""Our reading of botocore's data against botocore's own (design section 5)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from tests.unit.wire.client import SERVICES, model

from gatelet.wire.models import Models, Shape, UnknownService


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.mark.parametrize("service", [*SERVICES, "s3", "dynamodb", "cognito-idp", "sqs"])
def test_every_shape_is_what_botocore_says(models: Models, service: str) -> None:
    ours, theirs = models.load(service), model(service)
    for name in theirs.shape_names:
        _compare(ours.shape(name), theirs.shape_for(name))
        for member, shape in getattr(theirs.shape_for(name), "members", {}).items():
            _compare(ours.shape(name).members[member], shape)
    assert set(ours.operations) == set(theirs.operation_names)
    assert {shape.name for shape in theirs.error_shapes} <= set(ours.errors)


def _compare(ours: Shape, theirs: Any) -> None:
    assert (ours.name, ours.type) == (theirs.name, theirs.type_name)
    assert ours.wire_name == theirs.serialization.get("name")
    assert ours.location == theirs.serialization.get("location")
    assert ours.flattened == bool(theirs.serialization.get("flattened"))
    assert ours.required == tuple(getattr(theirs, "required_members", ()))
    for trait in ("min", "max", "pattern", "enum"):
        assert ours.traits.get(trait) == theirs.metadata.get(trait)
    if theirs.type_name == "structure":
        assert list(ours.members) == list(theirs.members)
        assert ours.payload == theirs.serialization.get("payload")
        assert ours.event_stream == theirs.event_stream_name
        assert ours.is_document == theirs.is_document_type


def test_a_model_is_read_once(models: Models) -> None:
    assert models.load("sts") is models.load("sts")


def test_the_newest_version_is_read(models: Models) -> None:
    assert models.load("lambda").metadata["apiVersion"] == "2015-03-31"


def test_botocores_corrections_are_merged(models: Models) -> None:
    """S3's ``Expires`` is a string on the wire that the SDKs know as a timestamp."""
    assert models.load("s3").shape("Expires").type == "timestamp"


def test_prose_is_dropped(models: Models) -> None:
    assert "documentation" not in models.load("lambda").shape("CreateFunctionRequest").traits


@pytest.mark.parametrize("name", ["", "..", "../data/lambda", "lambda/2015-03-31", "no-such-service", "Lambda", "a\0b"])
def test_a_name_from_a_credential_cannot_leave_the_data(models: Models, name: str) -> None:
    with pytest.raises(UnknownService):
        models.load(name)


def test_a_protocol_that_is_not_spoken_is_an_unknown_service(models: Models) -> None:
    with pytest.raises(UnknownService):
        models.load("ec2")


def test_importing_and_using_the_wire_layer_imports_no_botocore() -> None:
    """Start-up imports only what start-up needs (design section 5)."""
    code = (
        "import sys; from gatelet.wire.codec import Codec; import gatelet.wire.sigv4; Codec().operations('lambda');"
        "print([name for name in sys.modules if name.partition('.')[0] in ('botocore', 'urllib3', 'email', 'xml')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
