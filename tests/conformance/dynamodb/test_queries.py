"""Query and Scan. Reference: platform-neighbours section 2; API Reference (Query, Scan); Developer Guide
("Key condition expressions for the Query operation")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World, invalid

NUMBERS = ["-1000", "-10.5", "-10", "-9.99", "-1", "-0.001", "0", "0.001", "0.01", "1", "1.5", "9", "10", "10.01", "99"]
STRINGS = ["", "A", "B", "Z", "a", "aa", "aab", "ab", "b", "ä", "€", "𝄞"]
BINARIES = [b"\x00", b"\x00\x00", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\x00", b"\xff\xff"]


@pytest.fixture(scope="module")
def numbers(world: World, dynamodb: Any) -> str:
    name = make_table(dynamodb, world.name(), "pk:S,sk:N")
    for at, number in enumerate(sorted(NUMBERS)):  # not in the order of their values
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {"N": number}, "v": {"N": str(at)}})
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "other"}, "sk": {"N": "1"}})
    return name


@pytest.fixture(scope="module")
def strings(world: World, dynamodb: Any) -> str:
    name = make_table(dynamodb, world.name(), "pk:N,sk:S")
    for text in STRINGS[:0:-1]:
        dynamodb.put_item(TableName=name, Item={"pk": {"N": "1"}, "sk": {"S": text}})
    return name


@pytest.fixture(scope="module")
def binaries(world: World, dynamodb: Any) -> str:
    name = make_table(dynamodb, world.name(), "pk:B,sk:B")
    for content in BINARIES[::-1]:
        dynamodb.put_item(TableName=name, Item={"pk": {"B": b"p"}, "sk": {"B": content}})
    return name


N_CONDITIONS: list[tuple[str, list[str], list[str]]] = [
    ("pk = :p", [], NUMBERS),
    ("pk = :p AND sk = :a", ["10"], ["10"]),
    ("pk = :p AND sk = :a", ["10.0"], ["10"]),
    ("pk = :p AND sk = :a", ["11"], []),
    ("pk = :p AND sk < :a", ["-1"], ["-1000", "-10.5", "-10", "-9.99"]),
    ("pk = :p AND sk <= :a", ["-10"], ["-1000", "-10.5", "-10"]),
    ("pk = :p AND sk > :a", ["9"], ["10", "10.01", "99"]),
    ("pk = :p AND sk >= :a", ["9"], ["9", "10", "10.01", "99"]),
    ("pk = :p AND sk > :a", ["-0.0001"], ["0", "0.001", "0.01", "1", "1.5", "9", "10", "10.01", "99"]),
    ("pk = :p AND sk BETWEEN :a AND :b", ["-9.99", "0"], ["-9.99", "-1", "-0.001", "0"]),
    ("pk = :p AND sk BETWEEN :a AND :b", ["0.002", "0.9"], ["0.01"]),
    ("sk > :a AND pk = :p", ["10"], ["10.01", "99"]),
    ("(pk = :p) AND (sk > :a)", ["10"], ["10.01", "99"]),
    (":p = pk AND :a < sk", ["10"], ["10.01", "99"]),
    ("pk = :p and sk between :a and :b", ["10", "10"], ["10"]),
]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("condition", "given", "expected"), N_CONDITIONS, ids=range(len(N_CONDITIONS)))
def test_numbers_are_sorted_by_value(
    dynamodb: Any, numbers: str, condition: str, given: list[str], expected: list[str], forward: bool
) -> None:
    values = {":p": {"S": "p"}} | {f":{name}": {"N": text} for name, text in zip("ab", given, strict=False)}
    found = dynamodb.query(
        TableName=numbers,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        ScanIndexForward=forward,
    )
    assert [item["sk"]["N"] for item in found["Items"]] == (expected if forward else expected[::-1])
    assert found["Count"] == found["ScannedCount"] == len(expected)
    assert "LastEvaluatedKey" not in found


S_CONDITIONS: list[tuple[str, list[str], list[str]]] = [
    ("pk = :p", [], STRINGS[1:]),
    ("pk = :p AND begins_with(sk, :a)", ["a"], ["a", "aa", "aab", "ab"]),
    ("pk = :p AND begins_with(sk, :a)", ["aa"], ["aa", "aab"]),
    ("pk = :p AND begins_with(sk, :a)", ["x"], []),
    ("pk = :p AND begins_with(sk, :a)", ["𝄞"], ["𝄞"]),
    ("pk = :p AND sk > :a", ["b"], ["ä", "€", "𝄞"]),
    ("pk = :p AND sk < :a", ["a"], ["A", "B", "Z"]),
    ("pk = :p AND sk BETWEEN :a AND :b", ["B", "aa"], ["B", "Z", "a", "aa"]),
    ("pk = :p AND sk = :a", ["aab"], ["aab"]),
]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("condition", "given", "expected"), S_CONDITIONS, ids=range(len(S_CONDITIONS)))
def test_strings_are_sorted_by_utf_8(
    dynamodb: Any, strings: str, condition: str, given: list[str], expected: list[str], forward: bool
) -> None:
    values = {":p": {"N": "1.0"}} | {f":{name}": {"S": text} for name, text in zip("ab", given, strict=False)}
    found = dynamodb.query(
        TableName=strings,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        ScanIndexForward=forward,
    )
    assert [item["sk"]["S"] for item in found["Items"]] == (expected if forward else expected[::-1])


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        ("pk = :p", [], BINARIES),
        ("pk = :p AND begins_with(sk, :a)", [b"\xff"], BINARIES[5:]),
        ("pk = :p AND begins_with(sk, :a)", [b"\x00"], BINARIES[:2]),
        ("pk = :p AND sk > :a", [b"\x7f"], BINARIES[4:]),
        ("pk = :p AND sk <= :a", [b"\x7f"], BINARIES[:4]),
    ],
    ids=range(5),
)
def test_binaries_are_sorted_unsigned(
    dynamodb: Any, binaries: str, condition: str, given: list[bytes], expected: list[bytes]
) -> None:
    values = {":p": {"B": b"p"}} | {f":{name}": {"B": content} for name, content in zip("ab", given, strict=False)}
    found = dynamodb.query(TableName=binaries, KeyConditionExpression=condition, ExpressionAttributeValues=values)
    assert [item["sk"]["B"] for item in found["Items"]] == expected


_LABEL = "Invalid KeyConditionExpression: "
_OPERATOR = f"{_LABEL}Invalid operator used in KeyConditionExpression: "
_TYPES = "One or more parameter values were invalid: Condition parameter type does not match schema type"
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("sk = :a", {":a": {"N": "1"}}, "Query condition missed key schema element: pk"),
    ("pk > :p", {":p": {"S": "p"}}, "Query key condition not supported"),
    ("begins_with(pk, :p)", {":p": {"S": "p"}}, "Query key condition not supported"),
    ("pk = :p AND v = :p", {":p": {"S": "p"}}, "Query condition missed key schema element: sk"),
    ("pk = :p AND begins_with(sk, :p)", {":p": {"S": "p"}}, _TYPES),
    ("pk = :p", {":p": {"N": "1"}}, _TYPES),
    ("pk = :p AND sk = :p", {":p": {"S": "p"}}, _TYPES),
    ("pk = :p OR sk = :a", {":p": {"S": "p"}, ":a": {"N": "1"}}, f"{_OPERATOR}OR"),
    ("NOT pk = :p", {":p": {"S": "p"}}, f"{_OPERATOR}NOT"),
    ("pk <> :p", {":p": {"S": "p"}}, f"{_OPERATOR}<>"),
    ("pk IN (:p)", {":p": {"S": "p"}}, f"{_OPERATOR}IN"),
    ("pk = :p AND attribute_exists(sk)", {":p": {"S": "p"}}, f"{_OPERATOR}attribute_exists"),
    ("pk = :p AND contains(sk, :p)", {":p": {"S": "p"}}, f"{_OPERATOR}contains"),
    ("pk = :p AND size(sk) = :p", {":p": {"S": "p"}}, f"{_OPERATOR}size"),
    ("pk = :p AND pk = :p", {":p": {"S": "p"}}, "KeyConditionExpressions must only contain one condition per key"),
    (
        "pk = :p AND sk > :a AND sk < :b",
        {":p": {"S": "p"}, ":a": {"N": "1"}, ":b": {"N": "2"}},
        "KeyConditionExpressions must only contain one condition per key",
    ),
    (
        "pk = :p AND sk = v",
        {":p": {"S": "p"}},
        ("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition, operator: ="),
    ),
    ("pk", {":p": {"S": "p"}}, f'{_LABEL}Syntax error; token: "<EOF>", near: "pk"'),
    ("", {":p": {"S": "p"}}, f"{_LABEL}The expression can not be empty;"),
    (
        "pk = :q",
        {":p": {"S": "p"}},
        (f"{_LABEL}An expression attribute value used in expression is not defined; attribute value: :q"),
    ),
    (
        "pk = :p AND sk BETWEEN :b AND :a",
        {":p": {"S": "p"}, ":a": {"N": "1"}, ":b": {"N": "2"}},
        (
            f"{_LABEL}The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"
        ),
    ),
    (
        "pk = :p",
        {":p": {"S": ""}},
        (
            "One or more parameter values are not valid. "
            "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
        ),
    ),
]


@pytest.mark.parametrize(("condition", "values", "message"), BAD, ids=range(len(BAD)))
def test_key_conditions_that_are_refused(
    dynamodb: Any, numbers: str, condition: str, values: dict[str, Any], message: str
) -> None:
    found = invalid(
        dynamodb.query, TableName=numbers, KeyConditionExpression=condition, ExpressionAttributeValues=values
    )
    assert found == message


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 15, 16, 100])
@pytest.mark.parametrize("forward", [True, False])
def test_pages(dynamodb: Any, numbers: str, limit: int, forward: bool) -> None:
    """API Reference (Query): LastEvaluatedKey is absent only at the end."""
    found: list[str] = []
    start: dict[str, Any] = {}
    pages = 0
    while True:
        page = dynamodb.query(
            TableName=numbers,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "p"}},
            Limit=limit,
            ScanIndexForward=forward,
            **start,
        )
        found += [item["sk"]["N"] for item in page["Items"]]
        pages += 1
        if "LastEvaluatedKey" not in page:
            break
        assert page["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": page["Items"][-1]["sk"]}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == (NUMBERS if forward else NUMBERS[::-1])
    assert pages == len(NUMBERS) // limit + 1


def test_filters_come_after_the_limit(dynamodb: Any, numbers: str) -> None:
    """API Reference (Query): Limit counts the items that are evaluated."""
    page = dynamodb.query(
        TableName=numbers,
        KeyConditionExpression="pk = :p",
        FilterExpression="v > :v",
        ExpressionAttributeValues={":p": {"S": "p"}, ":v": {"N": "1000"}},
        Limit=5,
    )
    assert (page["Items"], page["Count"], page["ScannedCount"]) == ([], 0, 5)
    assert page["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": {"N": NUMBERS[4]}}


def test_pages_end_at_a_megabyte(world: World, dynamodb: Any) -> None:
    """platform-neighbours 2: a page has at most 1 MB, before the filter."""
    name = make_table(dynamodb, world.name(), "pk:S,sk:N")
    for at in range(4):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {"N": str(at)}, "v": {"S": "x" * 390_000}})
    arguments: dict[str, Any] = {
        "TableName": name,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p"}},
        "Select": "COUNT",
    }
    first = dynamodb.query(**arguments)
    second = dynamodb.query(**arguments, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert (first["Count"], second["Count"]) == (2, 2)
    assert "LastEvaluatedKey" not in second
    assert "Items" not in first


_START = "The provided starting key is "
STARTS: list[tuple[dict[str, Any], str]] = [
    ({"pk": {"S": "p"}}, f"{_START}invalid: The provided key element does not match the schema"),
    ({"pk": {"S": "p"}, "sk": {"S": "1"}}, f"{_START}invalid: The provided key element does not match the schema"),
    ({"pk": {"S": "q"}, "sk": {"N": "1"}}, f"{_START}outside query boundaries based on provided conditions"),
    ({"pk": {"S": "p"}, "sk": {"N": "5"}}, f"{_START}outside query boundaries based on provided conditions"),
]


@pytest.mark.parametrize(("start", "message"), STARTS, ids=range(len(STARTS)))
def test_starting_keys_that_do_not_fit(dynamodb: Any, numbers: str, start: dict[str, Any], message: str) -> None:
    found = invalid(
        dynamodb.query,
        TableName=numbers,
        KeyConditionExpression="pk = :p AND sk < :s",
        ExpressionAttributeValues={":p": {"S": "p"}, ":s": {"N": "5"}},
        ExclusiveStartKey=start,
    )
    assert found == message


_P: dict[str, Any] = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
TOGETHER: list[tuple[dict[str, Any], str]] = [
    (
        {},
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ),
    ({**_P, "IndexName": "nothing"}, "The table does not have the specified index: nothing"),
    (
        {**_P, "Select": "ALL_PROJECTED_ATTRIBUTES"},
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    ),
    (
        {**_P, "Select": "SPECIFIC_ATTRIBUTES"},
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    ),
    (
        {**_P, "Select": "COUNT", "ProjectionExpression": "v"},
        "Cannot specify the ProjectionExpression when choosing to get only Count",
    ),
    (
        {**_P, "Select": "ALL_ATTRIBUTES", "ProjectionExpression": "v"},
        "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
    ),
    (
        {**_P, "FilterExpression": "attribute_exists(sk)"},
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
    ),
    (
        {**_P, "FilterExpression": "NOT size(pk) > :p OR v = :p"},
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk",
    ),
]


@pytest.mark.parametrize(("parameters", "message"), TOGETHER, ids=range(len(TOGETHER)))
def test_what_a_query_may_ask_for(dynamodb: Any, numbers: str, parameters: dict[str, Any], message: str) -> None:
    assert invalid(dynamodb.query, TableName=numbers, **parameters) == message


def test_projections(dynamodb: Any, numbers: str) -> None:
    found = dynamodb.query(
        TableName=numbers,
        KeyConditionExpression="pk = :p AND sk > :s",
        ExpressionAttributeValues={":p": {"S": "p"}, ":s": {"N": "50"}},
        ProjectionExpression="sk, nothing",
    )
    assert found["Items"] == [{"sk": {"N": "99"}}]
