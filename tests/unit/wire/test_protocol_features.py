"""What a protocol can do and our services use seldom, on a small service of our own.

Each protocol speaks the same shapes: renamed and flattened collections, every timestamp format, documents,
attributes, headers of lists and JSON. The other end is botocore's serialiser and parser.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ServiceModel
from tests.unit.wire.client import Sent, parse, send

from gatelet.wire.codec import Codec
from gatelet.wire.models import Models

MOMENT = datetime(2015, 1, 25, 8, 0, 0, tzinfo=UTC)
FRACTION = datetime(2015, 1, 25, 8, 0, 0, 250_000, tzinfo=UTC)

SHAPES: dict[str, Any] = {
    "Text": {"type": "string"},
    "Number": {"type": "integer"},
    "Long": {"type": "long"},
    "Float": {"type": "float"},
    "Flag": {"type": "boolean"},
    "Blob": {"type": "blob"},
    "Stamp": {"type": "timestamp"},
    "Iso": {"type": "timestamp", "timestampFormat": "iso8601"},
    "Rfc": {"type": "timestamp", "timestampFormat": "rfc822"},
    "Unix": {"type": "timestamp", "timestampFormat": "unixTimestamp"},
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Items": {"type": "list", "member": {"shape": "Text", "locationName": "item"}},
    "Flat": {"type": "list", "flattened": True, "member": {"shape": "Text"}},
    "FlatNodes": {"type": "list", "flattened": True, "member": {"shape": "Node"}},
    "Nested": {"type": "list", "member": {"shape": "Texts"}},
    "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Number"}},
    "NamedMap": {
        "type": "map",
        "key": {"shape": "Text", "locationName": "Name"},
        "value": {"shape": "Text", "locationName": "Setting"},
    },
    "FlatMap": {"type": "map", "flattened": True, "key": {"shape": "Text"}, "value": {"shape": "Text"}},
    "Node": {
        "type": "structure",
        "members": {"Name": {"shape": "Text", "locationName": "nodeName"}, "Next": {"shape": "Node"}},
    },
    "Body": {
        "type": "structure",
        "members": {
            "Text": {"shape": "Text", "locationName": "t"},
            "Number": {"shape": "Number"},
            "Long": {"shape": "Long"},
            "Float": {"shape": "Float"},
            "Flag": {"shape": "Flag"},
            "Off": {"shape": "Flag"},
            "Blob": {"shape": "Blob"},
            "Stamp": {"shape": "Stamp"},
            "Iso": {"shape": "Iso"},
            "Rfc": {"shape": "Rfc"},
            "Unix": {"shape": "Unix"},
            "Texts": {"shape": "Texts"},
            "Items": {"shape": "Items", "locationName": "items"},
            "Flat": {"shape": "Flat"},
            "FlatNodes": {"shape": "FlatNodes"},
            "Nested": {"shape": "Nested"},
            "Map": {"shape": "Map"},
            "NamedMap": {"shape": "NamedMap"},
            "FlatMap": {"shape": "FlatMap"},
            "Node": {"shape": "Node"},
        },
    },
}
LOCATED: dict[str, Any] = {
    "HeaderTexts": {"shape": "Texts", "location": "header", "locationName": "X-Texts"},
    "HeaderStamp": {"shape": "Stamp", "location": "header", "locationName": "X-Stamp"},
    "HeaderIso": {"shape": "Iso", "location": "header", "locationName": "X-Iso"},
    "HeaderFlag": {"shape": "Flag", "location": "header", "locationName": "X-Flag"},
    "HeaderFloat": {"shape": "Float", "location": "header", "locationName": "X-Float"},
    "Meta": {"shape": "NamedMap", "location": "headers", "locationName": "x-meta-"},
}
URI: dict[str, Any] = {
    "Id": {"shape": "Number", "location": "uri", "locationName": "id"},
    "Rest": {"shape": "Text", "location": "uri", "locationName": "rest"},
    "When": {"shape": "Stamp", "location": "querystring", "locationName": "when"},
    "Sure": {"shape": "Flag", "location": "querystring", "locationName": "sure"},
    "Many": {"shape": "Texts", "location": "querystring", "locationName": "many"},
}
VALUES: dict[str, Any] = {
    "Text": " a<b>&\"'\r\n\té ",
    "Number": -7,
    "Long": 2**62,
    "Float": 1.5,
    "Flag": True,
    "Off": False,
    "Blob": b"\x00\xff",
    "Stamp": MOMENT,
    "Iso": MOMENT,
    "Rfc": MOMENT,
    "Unix": MOMENT,
    "Texts": ["a", "b"],
    "Items": ["a"],
    "Flat": ["a", "b"],
    "FlatNodes": [{"Name": "a"}],
    "Nested": [["a"], ["b", "c"]],
    "Map": {"a": 1, "b.c": 2},
    "NamedMap": {"a": "1"},
    "FlatMap": {"a": "1", "b": "2"},
    "Node": {"Name": "a", "Next": {"Name": "b", "Next": {"Name": "c"}}},
}
HEADERS: dict[str, Any] = {
    "HeaderTexts": ["a", "b c"],
    "HeaderStamp": MOMENT,
    "HeaderIso": MOMENT,
    "HeaderFlag": False,
    "HeaderFloat": 0.25,
    "Meta": {"one": "1", "two": "2"},
}
PATH: dict[str, Any] = {"Id": 5, "Rest": "a/b c", "When": MOMENT, "Sure": True, "Many": ["x", "y&z"]}


def description(protocol: str) -> dict[str, Any]:
    rest = protocol.startswith("rest-")
    body = SHAPES["Body"]["members"]
    members = body | (LOCATED if rest else {})
    shapes = SHAPES | {
        "In": {"type": "structure", "members": members | (URI if rest else {}), "locationName": "In"},
        "Out": {"type": "structure", "members": members}
        | ({"resultWrapper": "DoItResult"} if protocol == "query" else {}),
    }
    operation = {
        "name": "DoIt",
        "http": {"method": "POST", "requestUri": "/things/{id}/{rest+}?fixed" if rest else "/", "responseCode": 201},
        "input": {"shape": "In", "locationName": "In"},
        "output": {"shape": "Out"},
    }
    metadata = {
        "apiVersion": "2020-01-01",
        "endpointPrefix": "thing",
        "serviceId": "Thing",
        "protocol": protocol,
        "targetPrefix": "Thing_2020",
        "jsonVersion": "1.0",
        "xmlNamespace": "https://thing.example/doc/",
    }
    return {"metadata": metadata, "operations": {"DoIt": operation}, "shapes": shapes}


PROTOCOLS = ["rest-json", "rest-xml", "json", "query"]


@pytest.fixture(params=PROTOCOLS)
def service(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Codec, ServiceModel]:
    described = description(request.param)
    directory = tmp_path / "thing" / "2020-01-01"
    directory.mkdir(parents=True)
    (directory / "service-2.json").write_text(json.dumps(described))
    return request.param, Codec(Models(tmp_path)), ServiceModel(described, "thing")


def expected(protocol: str, values: dict[str, Any]) -> dict[str, Any]:
    return values | (HEADERS if protocol.startswith("rest-") else {})


def test_every_feature_arrives(service: tuple[str, Codec, ServiceModel]) -> None:
    protocol, codec, model = service
    values = VALUES
    if protocol == "rest-xml":
        values = VALUES | {"Text": VALUES["Text"].replace("\r", "")}  # botocore's XML loses carriage returns
    params = expected(protocol, values) | (PATH if protocol.startswith("rest-") else {})
    assert codec.decode("thing", send(model.operation_model("DoIt"), params)).params == params


def test_every_feature_leaves(service: tuple[str, Codec, ServiceModel]) -> None:
    protocol, codec, model = service
    result = expected(protocol, VALUES)
    response = codec.encode("thing", "DoIt", result, request_id="id")
    assert response.status == 201
    parsed = parse(protocol, model.operation_model("DoIt").output_shape, response)
    assert parsed.pop("ResponseMetadata")["RequestId"] == "id"
    assert parsed == result


def test_empty_collections_and_strings(service: tuple[str, Codec, ServiceModel]) -> None:
    protocol, codec, model = service
    values: dict[str, Any] = {"Text": "", "Texts": [], "Blob": b""}
    if protocol != "query":
        values["Map"] = {}  # an empty map leaves no trace in a form
    path = {"Id": 0, "Rest": "x"} if protocol.startswith("rest-") else {}
    assert codec.decode("thing", send(model.operation_model("DoIt"), values | path)).params == values | path
    response = codec.encode("thing", "DoIt", values, request_id="id")
    parsed = parse(protocol, model.operation_model("DoIt").output_shape, response)
    del parsed["ResponseMetadata"]
    assert not parsed.pop("Meta", {})  # botocore's parser always gives the map of a header prefix
    assert parsed == values


@pytest.mark.parametrize(("number", "name"), [(math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, "NaN")])
def test_special_numbers(service: tuple[str, Codec, ServiceModel], number: float, name: str) -> None:
    protocol, codec, model = service
    path = {"Id": 0, "Rest": "x"} if protocol.startswith("rest-") else {}
    got = codec.decode("thing", send(model.operation_model("DoIt"), {"Float": number} | path)).params["Float"]
    assert got == number or (math.isnan(got) and math.isnan(number))
    response = codec.encode("thing", "DoIt", {"Float": number}, request_id="id")
    assert (
        json.dumps(number).encode() in response.body or str(number).replace("inf", "Infinity").encode() in response.body
    )


def test_fractions_of_seconds(service: tuple[str, Codec, ServiceModel]) -> None:
    protocol, codec, model = service
    values = {"Stamp": FRACTION, "Iso": FRACTION, "Unix": FRACTION, "Rfc": MOMENT}
    path = {"Id": 0, "Rest": "x"} if protocol.startswith("rest-") else {}
    assert codec.decode("thing", send(model.operation_model("DoIt"), values | path)).params == values | path
    response = codec.encode("thing", "DoIt", values, request_id="id")
    parsed = parse(protocol, model.operation_model("DoIt").output_shape, response)
    del parsed["ResponseMetadata"]
    assert not parsed.pop("Meta", {})  # botocore's parser always gives the map of a header prefix
    assert parsed == values


@pytest.mark.parametrize("stamp", ["1e300", "-1e300", "x", "9" * 30])
def test_moments_that_are_none(service: tuple[str, Codec, ServiceModel], stamp: str) -> None:
    protocol, codec, _ = service
    path, query, body = "/things/1/x", "fixed", f'{{"Unix": "{stamp}"}}'
    headers = [("X-Amz-Target", "Thing_2020.DoIt"), ("Content-Type", "application/x-www-form-urlencoded")]
    if protocol == "query":
        body = f"Action=DoIt&Unix={stamp}"
    elif protocol == "rest-xml":
        body = f"<In><Unix>{stamp}</Unix></In>"
    with pytest.raises(Exception, match="can not be converted to an Date"):
        codec.decode("thing", Sent("POST", path, query, headers, body.encode()))
