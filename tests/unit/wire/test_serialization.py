"""Requests that are not their operation's input, and hostile ones (apigateway-control-plane 1.1)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from tests.unit.wire.client import Sent

from gatelet.aws.errors import AwsError
from gatelet.wire.codec import Codec
from gatelet.wire.errors import UnencodableResult

CODEC = Codec()
NUMBER = "com.amazon.coral.value.json.numbers.TruncatingBigNumber"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]


def refusal(service: str, request: Sent) -> AwsError:
    with pytest.raises(AwsError) as caught:
        CODEC.decode(service, request)
    assert (caught.value.code, caught.value.status) == ("SerializationException", 400)
    return caught.value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": True}, "class java.lang.Boolean can not be converted to an String"),
        ({"name": 1}, f"class {NUMBER} can not be converted to an String"),
        ({"name": 1.5}, f"class {NUMBER} can not be converted to an String"),
        ({"minimumCompressionSize": "x"}, "class java.lang.String can not be converted to an Integer"),
        ({"minimumCompressionSize": True}, "class java.lang.Boolean can not be converted to an Integer"),
        ({"disableExecuteApiEndpoint": "true"}, "class java.lang.String can not be converted to an Boolean"),
        ({"disableExecuteApiEndpoint": 1}, f"class {NUMBER} can not be converted to an Boolean"),
        ({"name": {}}, "Start of structure or map found where not expected"),
        ({"name": []}, "Unrecognized collection type class java.lang.String"),
        ({"tags": []}, "Start of list found where not expected"),
        ({"tags": "x"}, "Unexpected field type"),
        ({"tags": {"a": 1}}, f"class {NUMBER} can not be converted to an String"),
        ({"endpointConfiguration": []}, "Start of list found where not expected"),
        ({"endpointConfiguration": {"types": {}}}, "Start of structure or map found where not expected"),
        ({"endpointConfiguration": {"types": "EDGE"}}, "Unexpected field type"),
        ([], "Start of list found where not expected"),
        ("x", "Unexpected field type"),
    ],
)
def test_a_value_of_the_wrong_type(body: Any, message: str) -> None:
    """apigateway-control-plane 1.1, "Boolean where string expected" and its neighbours."""
    assert refusal("apigateway", Sent("POST", "/restapis", body=orjson.dumps(body))).message == message


@pytest.mark.parametrize("body", [b"{", b"{'a': 1}", b"\xff", b'{"name": NaN}', b"{}x", b'{"name": "\xed\xa0\x80"}'])
def test_a_body_that_is_not_json(body: bytes) -> None:
    assert "Could not parse request body into json" in str(refusal("apigateway", Sent("POST", "/restapis", body=body)))


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"9" * 400])
@pytest.mark.parametrize("member", [b"creationTime", b"timestamp"])
def test_a_number_beyond_reason(number: bytes, member: bytes) -> None:
    body = b'{"logGroupName": "g", "logStreamName": "s", "logEvents": [{"message": "m", "%s": %s}]}' % (member, number)
    request = Sent(headers=[("X-Amz-Target", "Logs_20140328.PutLogEvents")], body=body)
    with pytest.raises(AwsError) as caught:
        CODEC.decode("logs", request)
    assert caught.value.status == 400


@pytest.mark.parametrize("depth", [101, 500, 5000])
def test_a_body_that_nests_too_deeply(depth: int) -> None:
    """Recursive shapes (a firewall's statements) must not exhaust the interpreter's stack."""
    inner = b'{"NotStatement": {"Statement": ' * depth + b"{}" + b"}}" * depth
    body = b'{"Rules": [{"Name": "r", "Priority": 0, "Statement": ' + inner + b"}]}"
    request = Sent(headers=[("X-Amz-Target", "AWSWAF_20190729.CreateRuleGroup")], body=body)
    refusal("wafv2", request)


@pytest.mark.parametrize("depth", [0, 32, 200])
def test_values_of_items_are_left_to_dynamodb(depth: int) -> None:
    inner = b'{"M": {"a": ' * depth + b'{"S": "x"}' + b"}}" * depth
    body = b'{"TableName": "abc", "Key": {"a": ' + inner + b"}}"
    request = Sent(headers=[("X-Amz-Target", "DynamoDB_20120810.GetItem")], body=body)
    assert CODEC.decode("dynamodb", request).params["Key"] == {"a": orjson.loads(inner)}


@pytest.mark.parametrize(
    "body",
    [
        b"Action=ListRoles&MaxItems=many",
        b"Action=TagRole&RoleName=r&Tags.member.x.Key=a",
        b"Action=TagRole&RoleName=r&Tags.member.99999999999.Key=a",
        b"Action=TagRole&RoleName=r&Tags=a&Tags.member.1=b&" + b"a." * 200 + b"=1",
        b"Action=GetRole&RoleName.x=r",
        b"Action=GetRole&RoleName=%FF",
        b"Action=GetRole&RoleName=" + b"r" * 2**20,
    ],
)
def test_a_form_that_is_no_input(body: bytes) -> None:
    refusal("iam", Sent(headers=FORM, body=body))


def test_numbers_in_the_query_string() -> None:
    error = refusal("apigateway", Sent("GET", "/restapis", "limit=many"))
    assert error.message == "class java.lang.String can not be converted to an Integer"


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><Tagging><TagSet/></Tagging>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><Tagging/>".encode("utf-16"),
        b"<Tagging>",
        b"<Tagging>\xff</Tagging>",
    ],
)
def test_xml_is_read_without_document_types(body: bytes) -> None:
    refusal("s3", Sent("PUT", "/bucket", "tagging", body=body))


def test_unknown_members_are_ignored_and_nulls_absent() -> None:
    body = orjson.dumps({"name": "n", "unknown": [1], "description": None})
    assert CODEC.decode("apigateway", Sent("POST", "/restapis", body=body)).params == {"name": "n"}


@pytest.mark.parametrize(
    ("service", "operation", "result"),
    [
        ("apigateway", "GetRestApi", {"nmae": "n"}),
        ("apigateway", "GetRestApi", {"name": 1}),
        ("apigateway", "GetRestApi", {"tags": []}),
        ("apigateway", "GetRestApi", {"createdDate": "now"}),
        ("apigateway", "GetRestApi", {"disableExecuteApiEndpoint": "true"}),
        ("apigateway", "DeleteRestApi", {"id": "x"}),
        ("iam", "GetRole", {"Role": {"RoleNmae": "r"}}),
        ("iam", "GetRole", {"Role": {"RoleName": 1}}),
        ("iam", "DeleteRole", {"Role": {}}),
        ("logs", "DescribeLogGroups", {"logGroups": {}}),
        ("logs", "CreateLogGroup", {"logGroups": []}),
    ],
)
def test_a_result_that_does_not_fit_is_our_fault(service: str, operation: str, result: dict[str, Any]) -> None:
    with pytest.raises(UnencodableResult):
        CODEC.encode(service, operation, result, request_id="x")


def test_list_results_are_called_item() -> None:
    """apigateway-control-plane 1: the wire key of lists is ``item``."""
    response = CODEC.encode("apigateway", "GetRestApis", {"items": [], "position": "p"}, request_id="x")
    assert orjson.loads(response.body) == {"item": [], "position": "p"}


def test_timestamps_are_epoch_seconds_of_a_json_number() -> None:
    """apigateway-control-plane 1, Timestamps."""
    response = CODEC.encode("apigateway", "GetRestApi", {"createdDate": 1_767_225_600.0}, request_id="x")
    assert response.body == b'{"createdDate":1767225600}'


@pytest.mark.parametrize(
    ("service", "operation", "status", "body"),
    [
        ("apigateway", "UpdateMethodResponse", 201, b"{}"),
        ("apigateway", "DeleteRestApi", 202, b""),
        ("apigateway", "DeleteMethod", 204, b""),
        ("apigateway", "CreateVpcLink", 202, b"{}"),
        ("apigateway", "TagResource", 204, b""),
        ("lambda", "CreateFunction", 201, b"{}"),
        ("lambda", "DeleteAlias", 204, b""),
        ("logs", "CreateLogGroup", 200, b""),
    ],
)
def test_statuses(service: str, operation: str, status: int, body: bytes) -> None:
    """apigateway-control-plane 3, lambda-control-plane 2."""
    response = CODEC.encode(service, operation, {}, request_id="id")
    assert (response.status, response.body) == (status, body)
    assert ("x-amzn-RequestId", "id") in response.headers


def test_a_status_may_be_a_member_of_the_result() -> None:
    """lambda-control-plane 1: DeleteFunction surfaces ``StatusCode``."""
    response = CODEC.encode("lambda", "DeleteFunction", {"StatusCode": 204}, request_id="id")
    assert (response.status, response.body) == (204, b"")


def test_an_invocations_payload_is_sent_as_it_is() -> None:
    """lambda-execution 8 and lambda-control-plane 1: raw payload, members in headers."""
    result = {"StatusCode": 200, "FunctionError": "Unhandled", "ExecutedVersion": "$LATEST", "Payload": b'{"a": 1}'}
    response = CODEC.encode("lambda", "Invoke", result, request_id="id")
    assert (response.status, response.body) == (200, b'{"a": 1}')
    assert dict(response.headers) == {
        "x-amzn-RequestId": "id",
        "X-Amz-Function-Error": "Unhandled",
        "X-Amz-Executed-Version": "$LATEST",
        "Content-Type": "application/json",
    }


def test_iam_answers_in_its_namespace() -> None:
    """identity 3: the envelope of query responses."""
    response = CODEC.encode("iam", "GetRole", {"Role": {"RoleName": "a<b>&\x00"}}, request_id="id")
    assert response.body.decode() == (
        '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>'
        "<RoleName>a&lt;b&gt;&amp;\ufffd</RoleName></Role></GetRoleResult>"
        "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetRoleResponse>"
    )
    assert ("Content-Type", "text/xml") in response.headers
