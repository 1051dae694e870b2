"""Expressions that are refused, with DynamoDB's words. Reference: platform-neighbours section 2; Developer Guide
("Expression attribute names", "Reserved words in DynamoDB", "Constraints in Amazon DynamoDB")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.world import invalid

VALUES = {":v": {"S": "x"}, ":n": {"N": "5"}, ":s": {"SS": ["a"]}, ":l": {"L": []}, ":b": {"BOOL": True}}
NAMES = {"#n": "name"}

_TYPE = "Incorrect operand type for operator or function; operator or function: "
_COUNT = "Incorrect number of operands for operator or function; operator or function: "
_PATH = "Operator or function requires a document path; operator or function: "
_USED = "The function is not allowed to be used this way in an expression; function: "

CONDITIONS = {
    "": "The expression can not be empty;",
    "   ": "The expression can not be empty;",
    "a": 'Syntax error; token: "<EOF>", near: "a"',
    "a =": 'Syntax error; token: "<EOF>", near: "="',
    "= :v": 'Syntax error; token: "=", near: "= :v"',
    "a x b": 'Syntax error; token: "x", near: "a x b"',
    "a = = :v": 'Syntax error; token: "=", near: "= = :v"',
    "a == :v": 'Syntax error; token: "=", near: "== :v"',
    "a != :v": 'Syntax error; token: "!", near: "a !="',
    "a = :v;": 'Syntax error; token: ";", near: ":v;"',
    "a = 'x'": 'Syntax error; token: "\'", near: "= \'x"',
    "a = 5": 'Syntax error; token: "5", near: "= 5"',
    "hits : incr": 'Syntax error; token: ":", near: "hits : incr"',
    "a = :v AND": 'Syntax error; token: "<EOF>", near: "AND"',
    "a = :v AND AND b = :v": "Attribute name is a reserved keyword; reserved keyword: AND",
    "a = :v b = :v": 'Syntax error; token: "b", near: ":v b ="',
    "(a = :v": 'Syntax error; token: "<EOF>", near: ":v"',
    "a = :v)": 'Syntax error; token: ")", near: ":v)"',
    "()": 'Syntax error; token: ")", near: "()"',
    "_a = :v": 'Syntax error; token: "_", near: "_a"',
    "1a = :v": 'Syntax error; token: "1", near: "1a"',
    "a. = :v": 'Syntax error; token: "=", near: ". = :v"',
    "a[b] = :v": 'Syntax error; token: "b", near: "[b]"',
    "a[-1] = :v": 'Syntax error; token: "-", near: "[-1"',
    "a[0 = :v": 'Syntax error; token: "=", near: "0 = :v"',
    "a[4294967296] = :v": "List index is not within the allowable range; index: [4294967296]",
    "# = :v": 'Syntax error; token: "#", near: "# ="',
    "a BETWEEN :v": 'Syntax error; token: "<EOF>", near: ":v"',
    "a BETWEEN :v OR :v": 'Syntax error; token: "OR", near: ":v OR :v"',
    "a IN :v": 'Syntax error; token: ":v", near: "IN :v"',
    "a IN ()": 'Syntax error; token: ")", near: "()"',
    "a IN (:v,)": 'Syntax error; token: ")", near: ",)"',
    "name = :v": "Attribute name is a reserved keyword; reserved keyword: name",
    "a.Status = :v": "Attribute name is a reserved keyword; reserved keyword: Status",
    "zone = :v": "Attribute name is a reserved keyword; reserved keyword: zone",
    "a = :w": "An expression attribute value used in expression is not defined; attribute value: :w",
    "#m = :v": "An expression attribute name used in the document path is not defined; attribute name: #m",
    "((a = :v))": "The expression has redundant parentheses;",
    "((a = :v)) AND b = :v": "The expression has redundant parentheses;",
    "nothing(a)": "Invalid function name; function: nothing",
    "ATTRIBUTE_EXISTS(a)": "Invalid function name; function: ATTRIBUTE_EXISTS",
    "if_not_exists(a, :v)": "The function is not allowed in a condition expression; function: if_not_exists",
    "list_append(a, :l) = :l": "The function is not allowed in a condition expression; function: list_append",
    "attribute_exists()": 'Syntax error; token: ")", near: "()"',
    "attribute_exists(a, b)": f"{_COUNT}attribute_exists, number of operands: 2",
    "attribute_type(a)": f"{_COUNT}attribute_type, number of operands: 1",
    "begins_with(a)": f"{_COUNT}begins_with, number of operands: 1",
    "contains(a, :v, :v)": f"{_COUNT}contains, number of operands: 3",
    "size(a, b) = :n": f"{_COUNT}size, number of operands: 2",
    "attribute_exists(:v)": f"{_PATH}attribute_exists",
    "attribute_not_exists(:v)": f"{_PATH}attribute_not_exists",
    "size(a)": f"{_USED}size",
    "attribute_exists(a) = :v": f"{_USED}attribute_exists",
    "a = begins_with(a, :v)": f"{_USED}begins_with",
    "begins_with(a, :n)": f"{_TYPE}begins_with, operand type: N",
    "begins_with(a, :s)": f"{_TYPE}begins_with, operand type: SS",
    "attribute_type(a, :n)": f"{_TYPE}attribute_type, operand type: N",
    "attribute_type(a, :v)": (
        "Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    ),
    "attribute_type(a, b)": f"{_TYPE}attribute_type, operand type: {{NS,SS,L,BS,N,M,B,BOOL,NULL,S}}",
    "size(:n) = :n": f"{_TYPE}size, operand type: N",
    "a < :b": f"{_TYPE}<, operand type: BOOL",
    "a >= :l": f"{_TYPE}>=, operand type: L",
    "a BETWEEN :s AND :s": f"{_TYPE}BETWEEN, operand type: SS",
    "a = a": (
        "The first operand must be distinct from the remaining operands for this operator or function; "
        "operator: =, first operand: [a]"
    ),
    "a.b[1] > a.b[1]": (
        "The first operand must be distinct from the remaining operands for this operator or function; "
        "operator: >, first operand: [a, b, [1]]"
    ),
    "a BETWEEN :v AND :n": (
        "The BETWEEN operator requires same data type for lower and upper bounds; "
        "lower bound operand: AttributeValue: {S:x}, upper bound operand: AttributeValue: {N:5}"
    ),
    "a IN (" + ", ".join([":v"] * 101) + ")": (
        "The IN operator is provided with too many operands; number of operands: 101"
    ),
    "a" + ".b" * 32 + " = :v": "The document path has too many nesting elements; nesting levels: 33",
    " OR ".join(["a = :v"] * 151): (
        "The expression contains too many operators; the maximum number of operators is 300"
    ),
    "a = :v" + " " * 4091: "Expression size has exceeded the maximum allowed size; expression size: 4097",
}


@pytest.mark.parametrize(("text", "message"), CONDITIONS.items(), ids=range(len(CONDITIONS)))
def test_conditions(dynamodb: Any, shared: str, text: str, message: str) -> None:
    found = invalid(
        dynamodb.put_item,
        TableName=shared,
        Item={"id": {"S": "a"}},
        ConditionExpression=text,
        ExpressionAttributeValues=VALUES,
        ExpressionAttributeNames=NAMES,
    )
    assert found == f"Invalid ConditionExpression: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = :v", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("if_not_exists(a, :v) = :v", "The function is not allowed in a filter expression; function: if_not_exists"),
        ("a", 'Syntax error; token: "<EOF>", near: "a"'),
    ],
)
def test_filters_name_themselves(dynamodb: Any, shared: str, text: str, message: str) -> None:
    found = invalid(
        dynamodb.scan, TableName=shared, FilterExpression=text, ExpressionAttributeValues={":v": {"S": "x"}}
    )
    assert found == f"Invalid FilterExpression: {message}"


_ADD = "Incorrect operand type for operator or function; operator: "
UPDATES = {
    "": "The expression can not be empty;",
    "INVALID SYNTAX HERE": 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"',
    "a = :v": 'Syntax error; token: "a", near: "a ="',
    "SET": 'Syntax error; token: "<EOF>", near: "SET"',
    "SET a": 'Syntax error; token: "<EOF>", near: "a"',
    "SET a :v": 'Syntax error; token: ":v", near: "a :v"',
    "SET a = ": 'Syntax error; token: "<EOF>", near: "="',
    "SET a = :v,": 'Syntax error; token: "<EOF>", near: ","',
    "SET a = :v b = :v": 'Syntax error; token: "b", near: ":v b ="',
    "SET a = :n + :n + :n": 'Syntax error; token: "+", near: ":n + :n"',
    "SET a = :n * :n": 'Syntax error; token: "*", near: ":n * :n"',
    "SET :v = :v": 'Syntax error; token: ":v", near: "SET :v ="',
    "SET a = :v SET b = :v": 'The "SET" section can only be used once in an update expression;',
    "REMOVE a REMOVE b": 'The "REMOVE" section can only be used once in an update expression;',
    "ADD a :n ADD b :n": 'The "ADD" section can only be used once in an update expression;',
    "DELETE a :s DELETE b :s": 'The "DELETE" section can only be used once in an update expression;',
    "REMOVE": 'Syntax error; token: "<EOF>", near: "REMOVE"',
    "REMOVE a,": 'Syntax error; token: "<EOF>", near: ","',
    "REMOVE :v": 'Syntax error; token: ":v", near: "REMOVE :v"',
    "ADD a": 'Syntax error; token: "<EOF>", near: "a"',
    "ADD a = :n": 'Syntax error; token: "=", near: "a = :n"',
    "ADD a b": 'Syntax error; token: "b", near: "a b"',
    "ADD hits : incr": 'Syntax error; token: ":", near: "hits : incr"',
    "SET name = :v": "Attribute name is a reserved keyword; reserved keyword: name",
    "SET a = :w": "An expression attribute value used in expression is not defined; attribute value: :w",
    "SET #m = :v": "An expression attribute name used in the document path is not defined; attribute name: #m",
    "SET a = nothing(b)": "Invalid function name; function: nothing",
    "SET a = size(b)": "The function is not allowed in an update expression; function: size",
    "SET a = attribute_exists(b)": "The function is not allowed in an update expression; function: attribute_exists",
    "SET a = if_not_exists(b)": f"{_COUNT}if_not_exists, number of operands: 1",
    "SET a = list_append(:l)": f"{_COUNT}list_append, number of operands: 1",
    "SET a = if_not_exists(:v, :v)": f"{_PATH}if_not_exists",
    "SET a = list_append(:v, :l)": f"{_TYPE}list_append, operand type: S",
    "SET a = b + :v": f"{_TYPE}+, operand type: S",
    "SET a = :s - b": f"{_TYPE}-, operand type: SS",
    "ADD a :v": f"{_ADD}ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    "ADD a :b": f"{_ADD}ADD, operand type: BOOLEAN, typeSet: ALLOWED_FOR_ADD_OPERAND",
    "DELETE a :n": f"{_ADD}DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND",
    "DELETE a :l": f"{_ADD}DELETE, operand type: LIST, typeSet: ALLOWED_FOR_DELETE_OPERAND",
    "SET a = :v, a = :v": (
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        "path one: [a], path two: [a]"
    ),
    "SET a = :v REMOVE a.b": (
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        "path one: [a], path two: [a, b]"
    ),
    "SET a.b[1] = :v ADD a :n": (
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        "path one: [a, b, [1]], path two: [a]"
    ),
    "SET a.b = :v, a[1] = :v": (
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
        "path one: [a, b], path two: [a, [1]]"
    ),
}


@pytest.mark.parametrize(("text", "message"), UPDATES.items(), ids=range(len(UPDATES)))
def test_updates(dynamodb: Any, shared: str, text: str, message: str) -> None:
    found = invalid(
        dynamodb.update_item,
        TableName=shared,
        Key={"id": {"S": "a"}},
        UpdateExpression=text,
        ExpressionAttributeValues=VALUES,
        ExpressionAttributeNames=NAMES,
    )
    assert found == f"Invalid UpdateExpression: {message}"


PROJECTIONS = {
    "": "The expression can not be empty;",
    "a b": 'Syntax error; token: "b", near: "a b"',
    "a,": 'Syntax error; token: "<EOF>", near: ","',
    "a,,b": 'Syntax error; token: ",", near: ",,b"',
    "a = b": 'Syntax error; token: "=", near: "a = b"',
    "name": "Attribute name is a reserved keyword; reserved keyword: name",
    "a, a": (
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        "path one: [a], path two: [a]"
    ),
    "a[0], a.b": (
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
        "path one: [a, [0]], path two: [a, b]"
    ),
}


@pytest.mark.parametrize(("text", "message"), PROJECTIONS.items(), ids=range(len(PROJECTIONS)))
def test_projections(dynamodb: Any, shared: str, text: str, message: str) -> None:
    found = invalid(dynamodb.get_item, TableName=shared, Key={"id": {"S": "a"}}, ProjectionExpression=text)
    assert found == f"Invalid ProjectionExpression: {message}"


PLACEHOLDERS: list[tuple[dict[str, Any], str]] = [
    (
        {"ExpressionAttributeValues": {":v": {"S": "x"}}},
        (
            "ExpressionAttributeValues can only be specified when using expressions: "
            "UpdateExpression and ConditionExpression are null"
        ),
    ),
    (
        {"ExpressionAttributeNames": {"#n": "name"}},
        "ExpressionAttributeNames can only be specified when using expressions",
    ),
    ({"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {}}, "ExpressionAttributeValues must not be empty"),
    ({"UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {}}, "ExpressionAttributeNames must not be empty"),
    (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {":v": {"S": "x"}}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
    ),
    (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {":v": {"S": "x"}, ":w": {"S": "x"}}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v, :w}",
    ),
    (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {"#n": "name"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}",
    ),
    (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {"n": "name"}},
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "n"',
    ),
    (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {"#a-b": "name"}},
        'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"',
    ),
    (
        {"UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {"v": {"S": "x"}}},
        'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"',
    ),
    (
        {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {}}},
        (
            "ExpressionAttributeValues contains invalid value: "
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :v"
        ),
    ),
    (
        {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {"SS": []}}},
        (
            "ExpressionAttributeValues contains invalid value: "
            "One or more parameter values were invalid: An string set  may not be empty for key :v"
        ),
    ),
    (
        {"UpdateExpression": "REMOVE a", "AttributeUpdates": {"b": {"Action": "DELETE"}}},
        (
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}"
        ),
    ),
    (
        {"ConditionExpression": "attribute_exists(a)", "Expected": {"b": {"Exists": False}}},
        (
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"
        ),
    ),
]


@pytest.mark.parametrize(("parameters", "message"), PLACEHOLDERS, ids=range(len(PLACEHOLDERS)))
def test_placeholders(dynamodb: Any, shared: str, parameters: dict[str, Any], message: str) -> None:
    assert invalid(dynamodb.update_item, TableName=shared, Key={"id": {"S": "a"}}, **parameters) == message


def test_expressions_are_read_before_the_table_is_looked_up(dynamodb: Any) -> None:
    message = invalid(dynamodb.get_item, TableName="nowhere", Key={"id": {"S": "a"}}, ProjectionExpression="a,")
    assert message.startswith("Invalid ProjectionExpression")
