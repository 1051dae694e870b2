"""PartiQL over boto3. Reference: DynamoDB Developer Guide ("PartiQL - a SQL-compatible query language ..."), whose
examples the statements follow; API Reference (ExecuteStatement, BatchExecuteStatement, ExecuteTransaction).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.dynamodb.conftest import make_table

MUSIC = "Music"
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
BAD = "Statement wasn't well formed, can't be processed: "


def S(text: str) -> dict[str, str]:
    return {"S": text}


SONGS = [
    {"Artist": S("Acme Band"), "Song": S(name), "Year": {"N": str(year)}, "Tags": {"L": [S(name[:1]), S("x")]}}
    for name, year in (("Alpha", 2001), ("Beta", 2002), ("Gamma", 2003), ("Great", 2004))
] + [{"Artist": S("Other"), "Song": S("Alpha"), "Detail": {"M": {"Label": S("Own"), "Charts": {"L": [{"N": "7"}]}}}}]


@pytest.fixture(scope="module")
def music(dynamodb: Any) -> Any:
    make_table(
        dynamodb,
        MUSIC,
        "Artist:S,Song:S",
        AttributeDefinitions=[{"AttributeName": "Year", "AttributeType": "N"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-year",
                "KeySchema": [{"AttributeName": "Year", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    for song in SONGS:
        dynamodb.put_item(TableName=MUSIC, Item=song)
    return dynamodb


def run(client: Any, statement: str, *parameters: Any, **more: Any) -> Any:
    if parameters:
        more["Parameters"] = list(parameters)
    return client.execute_statement(Statement=statement, **more)


def refused(client: Any, statement: str, *parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        run(client, statement, *parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


OF_ACME = "SELECT Song FROM Music WHERE Artist = 'Acme Band'"
SELECTIONS: list[tuple[str, list[str]]] = [
    (OF_ACME, ["Alpha", "Beta", "Gamma", "Great"]),
    (f"{OF_ACME} AND Song = 'Beta'", ["Beta"]),
    (f"{OF_ACME} AND 'Beta' < Song", ["Gamma", "Great"]),
    (f"{OF_ACME} AND Song <= 'Beta'", ["Alpha", "Beta"]),
    (f"{OF_ACME} AND Song BETWEEN 'B' AND 'Gb'", ["Beta", "Gamma"]),
    (f"{OF_ACME} AND begins_with(Song, 'G')", ["Gamma", "Great"]),
    (f"{OF_ACME} AND begins_with(\"Song\", 'G') ORDER BY Song DESC", ["Great", "Gamma"]),
    (f"{OF_ACME} ORDER BY Artist ASC, Song DESC", ["Great", "Gamma", "Beta", "Alpha"]),
    (f'{OF_ACME} AND "Year" > 2002', ["Gamma", "Great"]),
    (f'{OF_ACME} AND "Year" IN [2001, 2004]', ["Alpha", "Great"]),
    (f'{OF_ACME} AND "Year" NOT IN (2001, 2004)', ["Beta", "Gamma"]),
    (f'{OF_ACME} AND ("Year" = 2001 OR "Year" = 2.002e3)', ["Alpha", "Beta"]),
    (f'{OF_ACME} AND NOT "Year" BETWEEN 2002 AND 2003', ["Alpha", "Great"]),
    (f"{OF_ACME} AND contains(Tags, 'B')", ["Beta"]),
    (f"{OF_ACME} AND Tags[0] = 'A'", ["Alpha"]),
    (f"{OF_ACME} AND size(Tags) = 2 AND attribute_type(Tags, 'L') AND Song <> 'Beta'", ["Alpha", "Gamma", "Great"]),
    (f"{OF_ACME} AND Detail IS NOT MISSING", []),
    (f"{OF_ACME} AND MISSING(Detail) AND Song != 'Alpha'", ["Beta", "Gamma", "Great"]),
    ("SELECT Song FROM Music WHERE Detail IS NOT MISSING", ["Alpha"]),
    ("SELECT Song FROM Music WHERE Detail.Label = 'Own' -- a scan", ["Alpha"]),
    ("SELECT Song FROM Music WHERE Detail.Label IS NULL", []),
    ('SELECT Song FROM Music."by-year" WHERE "Year" = 2003;', ["Gamma"]),
    ("select Song from \"Music\" where Artist = 'no''body'", []),
]


@pytest.mark.parametrize(("statement", "songs"), SELECTIONS, ids=range(len(SELECTIONS)))
def test_select(music: Any, statement: str, songs: list[str]) -> None:
    assert [item["Song"]["S"] for item in run(music, statement)["Items"]] == songs


def test_select_everything_and_parts(music: Any) -> None:
    assert len(run(music, "SELECT * FROM Music")["Items"]) == len(SONGS)
    assert (
        run(music, "SELECT * FROM Music WHERE Artist = ? AND Song = ?", S("Other"), S("Alpha"))["Items"] == SONGS[-1:]
    )
    parts = run(music, "SELECT Detail.Label, Detail.Charts[0], Song, Absent FROM Music WHERE Artist = 'Other'")["Items"]
    assert parts == [{"Label": S("Own"), "Charts[0]": {"N": "7"}, "Song": S("Alpha")}]
    keys = run(music, 'SELECT * FROM Music."by-year" WHERE "Year" = 2001')["Items"]
    assert keys == [{"Artist": S("Acme Band"), "Song": S("Alpha"), "Year": {"N": "2001"}}]


def test_pages(music: Any) -> None:
    statement = 'SELECT Song FROM Music WHERE Artist = ? AND "Year" <> 2001 ORDER BY Song DESC'
    seen, token, pages = [], {}, 0
    while True:
        page = run(music, statement, S("Acme Band"), Limit=3, **token)
        seen += [item["Song"]["S"] for item in page["Items"]]
        pages += 1
        if "NextToken" not in page:
            break
        assert set(page["LastEvaluatedKey"]) == {"Artist", "Song"}
        token = {"NextToken": page["NextToken"]}
    assert (seen, pages) == (["Great", "Gamma", "Beta"], 2)
    with pytest.raises(ClientError, match="NextToken"):
        run(music, f"{statement} ", S("Acme Band"), **token)
    with pytest.raises(ClientError, match="NextToken"):
        run(music, statement, S("Acme Band"), NextToken="bm90aGluZw==")


def test_insert(dynamodb: Any, table: str) -> None:
    value = (
        "{'id': 'a', 'n': -1.50, 'yes': true, 'no': FALSE, 'nothing': null, 'l': [1, 'two', {'three': <<3, 4>>}], "
        "'words': <<'b', 'a'>>, 'given': ?}"
    )
    assert run(dynamodb, f'INSERT INTO "{table}" VALUE {value}', {"B": b"\1"})["Items"] == []
    stored = dynamodb.get_item(TableName=table, Key={"id": S("a")})["Item"]
    assert stored == {
        "id": S("a"),
        "n": {"N": "-1.5"},
        "yes": {"BOOL": True},
        "no": {"BOOL": False},
        "nothing": {"NULL": True},
        "l": {"L": [{"N": "1"}, S("two"), {"M": {"three": {"NS": ["3", "4"]}}}]},
        "words": {"SS": ["b", "a"]},
        "given": {"B": b"\1"},
    }
    found = refused(dynamodb, f"INSERT INTO \"{table}\" VALUE {{'id': 'a'}}")
    assert found == ("DuplicateItemException", "Duplicate primary key exists in table")
    _, message = refused(dynamodb, f"INSERT INTO \"{table}\" VALUE {{'name': 'a'}}")
    assert message == "One or more parameter values were invalid: Missing the key id in the item"


UPDATES: list[tuple[str, dict[str, Any]]] = [
    ("SET n = n + 2", {"n": {"N": "3"}}),
    ("SET n = 10 - n SET m = ?", {"n": {"N": "9"}, "m": S("given")}),
    ("SET n = 5, m.a = 'new'", {"n": {"N": "5"}, "m": {"M": {"a": S("new")}}}),
    ("SET l = list_append(l, ['c'])", {"l": {"L": [S("a"), S("b"), S("c")]}}),
    ("SET l = list_append(['z'], l)", {"l": {"L": [S("z"), S("a"), S("b")]}}),
    ("SET s = set_add(s, <<'y'>>)", {"s": {"SS": ["x", "y"]}}),
    ("SET s = set_delete(s, <<'x', 'q'>>) SET n = 2", {"n": {"N": "2"}}),
    ("REMOVE l[0]", {"l": {"L": [S("b")]}}),
    ("REMOVE m.a, n", {"m": {"M": {}}}),
    ("SET copied = l[1]", {"copied": S("b")}),
]


@pytest.mark.parametrize(("clauses", "changed"), UPDATES, ids=range(len(UPDATES)))
def test_update(dynamodb: Any, shared: str, clauses: str, changed: dict[str, Any]) -> None:
    item = {"id": S("u"), "n": {"N": "1"}, "l": {"L": [S("a"), S("b")]}, "s": {"SS": ["x"]}, "m": {"M": {"a": S("1")}}}
    dynamodb.put_item(TableName=shared, Item=item)
    parameters = [S("given")] if "?" in clauses else []
    statement = f"UPDATE \"{shared}\" {clauses} WHERE id = 'u' RETURNING "
    old = run(dynamodb, f"{statement} ALL OLD *", *parameters)["Items"]
    assert old == [item]
    dynamodb.put_item(TableName=shared, Item=item)
    modified = run(dynamodb, f"{statement} MODIFIED NEW *", *parameters)["Items"]
    stored = dynamodb.get_item(TableName=shared, Key={"id": S("u")})["Item"]
    assert {name: stored[name] for name in changed} == changed
    assert all(name in {*changed, "l", "m"} for one in modified for name in one)


def test_writes_meet_conditions(dynamodb: Any, table: str) -> None:
    """An update of what is not there fails; a deletion of it does not."""
    failed = ("ConditionalCheckFailedException", "The conditional request failed")
    assert refused(dynamodb, f"UPDATE \"{table}\" SET n = 1 WHERE id = 'a'") == failed
    assert run(dynamodb, f"DELETE FROM \"{table}\" WHERE id = 'a' AND n = 1 RETURNING ALL OLD *")["Items"] == []
    run(dynamodb, f"INSERT INTO \"{table}\" VALUE {{'id': 'a', 'n': 1}}")
    assert refused(dynamodb, f"UPDATE \"{table}\" SET n = 2 WHERE id = 'a' AND n > 1") == failed
    assert refused(dynamodb, f"DELETE FROM \"{table}\" WHERE id = 'a' AND n = 2") == failed
    with pytest.raises(ClientError) as caught:
        run(
            dynamodb,
            f"DELETE FROM \"{table}\" WHERE id = 'a' AND n = 2",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"] == {"id": S("a"), "n": {"N": "1"}}
    gone = run(dynamodb, f"DELETE FROM \"{table}\" WHERE id = 'a' RETURNING ALL OLD *", ReturnConsumedCapacity="TOTAL")
    assert gone["Items"] == [{"id": S("a"), "n": {"N": "1"}}]
    assert gone["ConsumedCapacity"]["CapacityUnits"] == 1.0


REFUSED: list[tuple[str, list[Any], str, str]] = [
    ("SELECT FROM Music", [], "ValidationException", f"{BAD}Unexpected token 'FROM'"),
    ("SELECT * FROM Music WHERE", [], "ValidationException", f"{BAD}Unexpected token '<EOF>'"),
    ("SELECT * FROM Music LIMIT 1", [], "ValidationException", f"{BAD}Unexpected token 'LIMIT'"),
    ("DROP TABLE Music", [], "ValidationException", f"{BAD}Unexpected token 'DROP'"),
    ("SELECT * FROM Music WHERE Artist = 'x", [], "ValidationException", f"{BAD}Unexpected token '''"),
    ("INSERT INTO Music VALUE [1]", [], "ValidationException", f"{BAD}The value of INSERT is no map"),
    ("UPDATE Music SET s = set_add(t, <<1>>) WHERE Artist = 'a' AND Song = 'b'", [], "ValidationException",
     f"{BAD}set_add must change the attribute that is set"),
    ("SELECT * FROM Music WHERE size(Artist, 2)", [], "ValidationException", f"{BAD}Unexpected token ','"),
    ("SELECT * FROM Music WHERE begins_with(Artist)", [], "ValidationException", f"{BAD}begins_with takes 2 operands"),
    ("SELECT * FROM Music WHERE " + "(" * 60 + "a = 1" + ")" * 60, [], "ValidationException",
     f"{BAD}The statement is nested too deeply"),
    ("SELECT * FROM Music WHERE Artist = ?", [], "ValidationException",
     "Number of parameters in request and statement don't match."),
    ("SELECT * FROM Music", [S("a")], "ValidationException",
     "Number of parameters in request and statement don't match."),
    ("SELECT * FROM Music ORDER BY Song", [], "ValidationException",
     "Must have WHERE clause in the statement when using ORDER BY clause."),
    ("SELECT * FROM Music WHERE Song = 'a' ORDER BY Song", [], "ValidationException",
     "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."),
    ("SELECT * FROM Music WHERE Artist = 'a' ORDER BY \"Year\"", [], "ValidationException",
     "Variable reference Year in ORDER BY clause must be part of the primary key"),
    ("SELECT * FROM Music WHERE Artist = 1", [], "ValidationException",
     "One or more parameter values were invalid: Condition parameter type does not match schema type"),
    ("SELECT * FROM Music.\"no-index\"", [], "ValidationException",
     "The table does not have the specified index: no-index"),
    ("SELECT Tags FROM Music.\"by-year\"", [], "ValidationException",
     "One or more parameter values were invalid: Global secondary index by-year does not project [Tags]"),
    ("UPDATE Music SET a = 1 WHERE Artist = 'a'", [], "ValidationException", NO_KEY),
    ("UPDATE Music SET a = 1 WHERE Artist = 'a' AND Song > 'b'", [], "ValidationException", NO_KEY),
    ("UPDATE Music SET a = 1", [], "ValidationException", NO_KEY),
    ("DELETE FROM Music WHERE Artist = 'a' OR Song = 'b'", [], "ValidationException", NO_KEY),
    ("UPDATE Music SET Song = 'c' WHERE Artist = 'a' AND Song = 'b'", [], "ValidationException",
     "One or more parameter values were invalid: Cannot update attribute Song. This attribute is part of the key"),
    ("EXISTS (SELECT * FROM Music WHERE Artist = 'a' AND Song = 'b')", [], "ValidationException",
     "Unsupported operation: EXISTS is supported in transactions only"),
    ("SELECT * FROM Nowhere", [], "ResourceNotFoundException", "Requested resource not found"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "parameters", "code", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refused(music: Any, statement: str, parameters: list[Any], code: str, message: str) -> None:
    assert refused(music, statement, *parameters) == (code, message)


def test_a_batch_tells_each_outcome_in_its_place(dynamodb: Any, table: str) -> None:
    writes = [
        {"Statement": f"INSERT INTO \"{table}\" VALUE {{'id': ?}}", "Parameters": [S(name)]} for name in ("a", "b", "a")
    ]
    writes += [
        {"Statement": f"UPDATE \"{table}\" SET n = 1 WHERE id = 'b' RETURNING ALL NEW *"},
        {"Statement": "DELETE FROM \"no-such-table\" WHERE id = 'b'"},
        {"Statement": f'DELETE FROM "{table}" WHERE n = 1'},
        {"Statement": "DELETE nothing"},
    ]
    answer = dynamodb.batch_execute_statement(Statements=writes, ReturnConsumedCapacity="TOTAL")
    assert answer["Responses"] == [
        {"TableName": table},
        {"TableName": table},
        {"TableName": table, "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}},
        {"TableName": table, "Item": {"id": S("b"), "n": {"N": "1"}}},
        {
            "TableName": "no-such-table",
            "Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"},
        },
        {"TableName": table, "Error": {"Code": "ValidationError", "Message": NO_KEY}},
        {"Error": {"Code": "ValidationError", "Message": f"{BAD}Unexpected token 'nothing'"}},
    ]
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 3.0}]
    reads = [f"SELECT n FROM \"{table}\" WHERE id = '{name}'" for name in ("b", "absent")]
    reads += [f'SELECT * FROM "{table}"']
    answer = dynamodb.batch_execute_statement(Statements=[{"Statement": one} for one in reads])
    by_key = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
    assert answer["Responses"] == [
        {"TableName": table, "Item": {"n": {"N": "1"}}},
        {"TableName": table},
        {"TableName": table, "Error": {"Code": "ValidationError", "Message": by_key}},
    ]
    with pytest.raises(ClientError, match="either read statements or write statements"):
        dynamodb.batch_execute_statement(Statements=[{"Statement": reads[0]}, writes[0]])


def transact(client: Any, *statements: str, **more: Any) -> Any:
    return client.execute_transaction(TransactStatements=[{"Statement": one} for one in statements], **more)


def test_a_transaction_is_all_or_nothing(dynamodb: Any, table: str) -> None:
    insert = f"INSERT INTO \"{table}\" VALUE {{'id': '%s', 'n': 1}}"
    assert transact(dynamodb, insert % "a", insert % "b")["Responses"] == [{}, {}]
    exists = f"EXISTS (SELECT * FROM \"{table}\" WHERE id = 'a' AND n = %d)"
    with pytest.raises(ClientError) as caught:
        transact(dynamodb, exists % 2, insert % "b", f"DELETE FROM \"{table}\" WHERE id = 'c'")
    assert caught.value.response["CancellationReasons"] == [
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"},
        {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
        {"Code": "None"},
    ]
    update = f"UPDATE \"{table}\" SET n = n + 1 WHERE id = 'b' RETURNING ALL NEW *"
    for _ in range(2):  # the second is the first once more
        answer = transact(dynamodb, exists % 1, update, ClientRequestToken="once")
    assert transact(dynamodb, exists % 1, update)["Responses"] == [{}, {"Item": {"id": S("b"), "n": {"N": "3"}}}]
    assert answer["Responses"] == [{}, {}]
    with pytest.raises(ClientError, match="idempotency token"):
        transact(dynamodb, update, ClientRequestToken="once")
    reads = [f"SELECT n FROM \"{table}\" WHERE id = '{name}'" for name in "abc"]
    answer = transact(dynamodb, *reads, ReturnConsumedCapacity="TOTAL")
    assert answer["Responses"] == [{"Item": {"n": {"N": "1"}}}, {"Item": {"n": {"N": "3"}}}, {}]
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == 6.0
    for statements, message in (
        ([update, reads[0]], "either read statements or write statements"),
        ([update, update], "multiple operations on one item"),
        ([f'SELECT n FROM "{table}"'], NO_KEY),
    ):
        with pytest.raises(ClientError, match=message):
            transact(dynamodb, *statements)


TRUST = {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}
ALLOWED = [
    {
        "Effect": "Allow",
        "Action": ["dynamodb:PartiQLSelect", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"],
        "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/partiql-mine",
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["me"]}},
    },
    {
        "Effect": "Deny",
        "Action": "dynamodb:PartiQLSelect",
        "Resource": "*",
        "Condition": {"Bool": {"dynamodb:FullTableScan": ["true"]}},
    },
]
POLICED: list[tuple[str, str | None]] = [
    ("SELECT * FROM \"partiql-mine\" WHERE id = 'me'", None),
    ("UPDATE \"partiql-mine\" SET n = 1 WHERE id = 'me'", None),
    ("SELECT * FROM \"partiql-mine\" WHERE id = 'you'", "PartiQLSelect"),
    ("SELECT * FROM \"partiql-mine\" WHERE id = 'you' AND id = 'me'", "PartiQLSelect"),
    ("SELECT * FROM \"partiql-mine\" WHERE id = 'me' OR id = 'you'", "PartiQLSelect"),
    ('SELECT * FROM "partiql-mine"', "PartiQLSelect"),
    ("INSERT INTO \"partiql-mine\" VALUE {'id': 'you'}", "PartiQLInsert"),
    ("UPDATE \"partiql-mine\" SET n = 1 WHERE id = 'you'", "PartiQLUpdate"),
    ("DELETE FROM \"partiql-mine\" WHERE id = 'me'", "PartiQLDelete"),
    ("SELECT * FROM \"partiql-other\" WHERE id = 'me'", "PartiQLSelect"),
]


@pytest.fixture(scope="module")
def policed(gatelet: Any) -> Any:
    make_table(gatelet.client("dynamodb"), "partiql-mine")
    gatelet.client("dynamodb").put_item(TableName="partiql-mine", Item={"id": S("me")})
    iam = gatelet.client("iam")
    document = {"Version": "2012-10-17", "Statement": [TRUST]}
    arn = iam.create_role(RoleName="partiql", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    document = {"Version": "2012-10-17", "Statement": ALLOWED}
    iam.put_role_policy(RoleName="partiql", PolicyName="mine", PolicyDocument=json.dumps(document))
    session = gatelet.client("sts").assume_role(RoleArn=arn, RoleSessionName="tester")["Credentials"]
    return gatelet.session.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=gatelet.endpoint,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )


@pytest.mark.parametrize(("statement", "denied"), POLICED, ids=range(len(POLICED)))
def test_policies_decide(policed: Any, statement: str, denied: str | None) -> None:
    """Developer Guide ("IAM security policies with PartiQL for DynamoDB")."""
    if denied is None:
        run(policed, statement)
        return
    for call in (lambda: run(policed, statement), lambda: transact(policed, statement)):
        with pytest.raises(ClientError, match=f"is not authorized to perform: dynamodb:{denied} on resource: arn:aws"):
            call()
    with pytest.raises(ClientError, match="wasn't well formed"):
        run(policed, "SELECT nothing")
