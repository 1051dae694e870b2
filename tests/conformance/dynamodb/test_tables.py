"""Tables: made, described, listed, changed, deleted. Reference: platform-neighbours section 2; API Reference."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World, error_of, invalid, refusal

_WRONG = "One or more parameter values were invalid: "
_NAME = (
    "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, "
    "and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'"
)
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def schema(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def index(name: str, *keys: str, **more: Any) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema(*keys), "Projection": {"ProjectionType": "ALL"}, **more}


BASE: dict[str, Any] = {
    "TableName": "refused",
    "AttributeDefinitions": attributes("a"),
    "KeySchema": schema("a"),
    "BillingMode": "PAY_PER_REQUEST",
}
TWO: dict[str, Any] = {"AttributeDefinitions": attributes("a", "b"), "KeySchema": schema("a", "b")}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"TableName": "ab"}, _NAME),
    ({"TableName": "a" * 256}, _NAME),
    ({"TableName": "a b c"}, _NAME),
    ({"BillingMode": None}, "No provisioned throughput specified for the table"),
    ({"BillingMode": "PROVISIONED"}, "No provisioned throughput specified for the table"),
    (
        {"ProvisionedThroughput": UNITS},
        (
            f"{_WRONG}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST"
        ),
    ),
    (
        {"KeySchema": schema("b")},
        (
            f"{_WRONG}Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [b], AttributeDefinitions: [a]"
        ),
    ),
    (
        {"AttributeDefinitions": attributes("a", "b")},
        (
            f"{_WRONG}Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions"
        ),
    ),
    ({"AttributeDefinitions": attributes("a", "a")}, f"{_WRONG}Cannot have two attributes with the same name"),
    (
        {"KeySchema": [{"AttributeName": "a", "KeyType": "RANGE"}]},
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ),
    (
        {**TWO, "KeySchema": [{"AttributeName": n, "KeyType": "HASH"} for n in "ab"]},
        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
    ),
    (
        {"KeySchema": schema("a", "a")},
        f"{_WRONG}Both the Hash Key and the Range Key element in the KeySchema have the same name",
    ),
    ({"GlobalSecondaryIndexes": []}, f"{_WRONG}List of GlobalSecondaryIndexes is empty"),
    ({"LocalSecondaryIndexes": []}, f"{_WRONG}List of LocalSecondaryIndexes is empty"),
    (
        {**TWO, "KeySchema": schema("a"), "LocalSecondaryIndexes": [index("loc", "a", "b")]},
        (f"{_WRONG}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"),
    ),
    (
        {**TWO, "LocalSecondaryIndexes": [index("loc", "a")]},
        f"{_WRONG}Index KeySchema does not have a range key for index: loc",
    ),
    (
        {**TWO, "LocalSecondaryIndexes": [index("loc", "b", "a")]},
        (
            f"{_WRONG}Index KeySchema does not have the same leading hash key as table KeySchema for index: loc. "
            "index hash key: b, table hash key: a"
        ),
    ),
    (
        {**TWO, "GlobalSecondaryIndexes": [index("same", "b"), index("same", "b")]},
        f"{_WRONG}Duplicate index name: same",
    ),
    (
        {**TWO, "GlobalSecondaryIndexes": [index("ab", "b")]},
        (
            "1 validation error detected: Value 'ab' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy "
            "constraint: Member must have length greater than or equal to 3"
        ),
    ),
    (
        {**TWO, "GlobalSecondaryIndexes": [index("glo", "b", Projection={})]},
        f"{_WRONG}Unknown ProjectionType: null",
    ),
    (
        {**TWO, "GlobalSecondaryIndexes": [index("glo", "b", Projection={"ProjectionType": "INCLUDE"})]},
        f"{_WRONG}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    ),
    (
        {
            **TWO,
            "GlobalSecondaryIndexes": [
                index("glo", "b", Projection={"ProjectionType": "ALL", "NonKeyAttributes": ["c"]})
            ],
        },
        f"{_WRONG}ProjectionType is ALL, but NonKeyAttributes is specified",
    ),
    (
        {**TWO, "GlobalSecondaryIndexes": [index("glo", "b", ProvisionedThroughput=UNITS)]},
        f"{_WRONG}ProvisionedThroughput should not be specified for index: glo when BillingMode is PAY_PER_REQUEST",
    ),
    (
        {
            **TWO,
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexes": [index("glo", "b")],
        },
        f"{_WRONG}ProvisionedThroughput is not specified for index: glo",
    ),
    (
        {**TWO, "GlobalSecondaryIndexes": [index(f"glo-{at}", "b") for at in range(21)]},
        f"{_WRONG}GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    (
        {**TWO, "LocalSecondaryIndexes": [index(f"loc-{at}", "a", "b") for at in range(6)]},
        f"{_WRONG}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
    ),
    (
        {
            "AttributeDefinitions": attributes("a", "b", "c"),
            "KeySchema": schema("a"),
            "GlobalSecondaryIndexes": [index("glo", "b")],
        },
        f"{_WRONG}Some AttributeDefinitions are not used. AttributeDefinitions: [a, b, c], keys used: [a, b]",
    ),
    (
        {"StreamSpecification": {"StreamEnabled": True}},
        f"{_WRONG}StreamViewType is required when StreamEnabled is true",
    ),
    ({"Tags": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}, "Duplicate tag keys are not allowed"),
    (
        {"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "BOOL"}]},
        (
            "1 validation error detected: Value 'BOOL' at 'attributeDefinitions.1.member.attributeType' failed to "
            "satisfy constraint: Member must satisfy enum value set: [S, N, B]"
        ),
    ),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=range(len(REFUSED)))
def test_tables_that_are_none(dynamodb: Any, change: dict[str, Any], message: str) -> None:
    request = {name: value for name, value in {**BASE, **change}.items() if value is not None}
    assert invalid(dynamodb.create_table, **request) == message


@pytest.mark.parametrize(
    "change",
    [
        {"SSESpecification": {"Enabled": True}},
        {"ResourcePolicy": "{}"},
        {"OnDemandThroughput": {"MaxReadRequestUnits": 1, "MaxWriteRequestUnits": 1}},
        {"WarmThroughput": {"ReadUnitsPerSecond": 1}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_supported_is_refused(dynamodb: Any, change: dict[str, Any]) -> None:
    error = error_of(dynamodb.create_table, **BASE, **change)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert next(iter(change)) in error["Error"]["Message"]


@pytest.mark.parametrize(
    ("call", "parameters"),
    [
        ("create_backup", {"TableName": "abc", "BackupName": "backup"}),
        ("create_global_table", {"GlobalTableName": "abc", "ReplicationGroup": []}),
        (
            "export_table_to_point_in_time",
            {"TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/abc", "S3Bucket": "bucket"},
        ),
        ("enable_kinesis_streaming_destination", {"TableName": "abc", "StreamArn": "s" * 40}),
        ("describe_contributor_insights", {"TableName": "abc"}),
        ("restore_table_to_point_in_time", {"TargetTableName": "abc"}),
    ],
)
def test_operations_that_are_not_there(dynamodb: Any, call: str, parameters: dict[str, Any]) -> None:
    error = error_of(getattr(dynamodb, call), **parameters)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_tables_life(world: World, dynamodb: Any) -> None:
    """platform-neighbours 2: CreateTable's answer, then ACTIVE, then gone."""
    name = world.name()
    made = dynamodb.create_table(**{**BASE, "TableName": name})["TableDescription"]
    assert (made["TableStatus"], made["ItemCount"], made["TableSizeBytes"]) == ("CREATING", 0, 0)
    assert made["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}"
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0,
    }  # fmt: skip
    assert made["DeletionProtectionEnabled"] is False
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    described = dynamodb.describe_table(TableName=name)["Table"]
    assert {**described, "TableStatus": "CREATING"} == made
    assert refusal(dynamodb.create_table, **{**BASE, "TableName": name}) == (
        "ResourceInUseException",
        f"Table already exists: {name}",
    )
    assert dynamodb.delete_table(TableName=name)["TableDescription"]["TableStatus"] == "DELETING"
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    missing = ("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    assert refusal(dynamodb.describe_table, TableName=name) == missing
    assert refusal(dynamodb.delete_table, TableName=name) == missing
    assert refusal(dynamodb.update_table, TableName=name, BillingMode="PAY_PER_REQUEST") == missing


def test_a_table_of_the_same_name_begins_empty(world: World, dynamodb: Any) -> None:
    name = make_table(dynamodb, world.name())
    dynamodb.put_item(TableName=name, Item={"id": {"S": "a"}})
    dynamodb.delete_table(TableName=name)
    make_table(dynamodb, name)
    assert dynamodb.scan(TableName=name)["Items"] == []
    world.settle()
    assert dynamodb.describe_table(TableName=name)["Table"]["ItemCount"] == 0


def test_tables_count_their_items(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={"id": {"S": "abc"}, "n": {"N": "10"}})
    dynamodb.put_item(TableName=table, Item={"id": {"S": "abd"}})
    described = dynamodb.describe_table(TableName=table)["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (2, 2 + 3 + 1 + 2 + 2 + 3)
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "abc"}})
    described = dynamodb.describe_table(TableName=table)["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (1, 5)


def test_tables_are_found_by_arn(dynamodb: Any, table: str) -> None:
    """platform-neighbours 2: an ARN is accepted in place of a name."""
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.put_item(TableName=arn, Item={"id": {"S": "a"}})
    assert dynamodb.scan(TableName=arn)["Count"] == 1
    other = arn.replace("us-east-1", "eu-west-1")
    assert refusal(dynamodb.scan, TableName=other)[0] == "AccessDeniedException"


def test_scopes_do_not_share_tables(world: World, dynamodb: Any, table: str) -> None:
    for client in (world.client(region="eu-west-1"), world.client(account="111122223333")):
        assert table not in client.list_tables()["TableNames"]
        assert refusal(client.describe_table, TableName=table)[0] == "ResourceNotFoundException"


def test_names_are_listed_in_order_and_pages(world: World) -> None:
    client = world.client(region="eu-north-1")
    for name in ("ccc", "aaa", "BBB"):
        make_table(client, name)
    assert client.list_tables()["TableNames"] == ["BBB", "aaa", "ccc"]
    page = client.list_tables(Limit=2)
    assert (page["TableNames"], page["LastEvaluatedTableName"]) == (["BBB", "aaa"], "aaa")
    page = client.list_tables(Limit=2, ExclusiveStartTableName="aaa")
    assert page["TableNames"] == ["ccc"]
    assert "LastEvaluatedTableName" not in page


def test_deletion_protection(world: World, dynamodb: Any) -> None:
    name = make_table(dynamodb, world.name(), DeletionProtectionEnabled=True)
    message = invalid(dynamodb.delete_table, TableName=name)
    assert message.startswith("Resource cannot be deleted as it is currently protected against deletion.")
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=name)


def test_throughput_and_billing_mode(world: World, dynamodb: Any) -> None:
    name = world.name()
    request = {**BASE, "TableName": name, "BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}
    made = dynamodb.create_table(**request)["TableDescription"]
    assert made["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **UNITS}
    assert "BillingModeSummary" not in made
    same = invalid(dynamodb.update_table, TableName=name, ProvisionedThroughput=UNITS)
    assert same.startswith("The provisioned throughput for the table will not change.")
    lower = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    changed = dynamodb.update_table(TableName=name, ProvisionedThroughput=lower)["TableDescription"]
    assert changed["TableStatus"] == "UPDATING"
    assert changed["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 1
    changed = dynamodb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert changed["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert changed["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    refused = invalid(dynamodb.update_table, TableName=name, BillingMode="PROVISIONED")
    assert refused.startswith(f"{_WRONG}ProvisionedThroughput must be specified")
    dynamodb.update_table(TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    assert dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"


def test_an_update_of_nothing(dynamodb: Any, table: str) -> None:
    assert invalid(dynamodb.update_table, TableName=table).startswith("At least one of ProvisionedThroughput")


def test_tags(dynamodb: Any, table: str) -> None:
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["b", "nothing"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]
    reserved = invalid(dynamodb.tag_resource, ResourceArn=arn, Tags=[{"Key": "aws:a", "Value": "1"}])
    assert "reserved" in reserved
    many = [{"Key": str(at), "Value": ""} for at in range(50)]
    assert "limit of 50" in invalid(dynamodb.tag_resource, ResourceArn=arn, Tags=many)
    assert refusal(dynamodb.list_tags_of_resource, ResourceArn=f"{arn}-x")[0] == "ResourceNotFoundException"
    assert invalid(dynamodb.list_tags_of_resource, ResourceArn=table).startswith("Invalid TableArn")


def test_limits_endpoints_and_backups(dynamodb: Any, table: str) -> None:
    assert dynamodb.describe_limits()["TableMaxReadCapacityUnits"] == 40_000
    assert dynamodb.describe_endpoints()["Endpoints"][0]["Address"] == "127.0.0.1:4566"
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}
    assert refusal(dynamodb.describe_continuous_backups, TableName="nowhere")[0] == "TableNotFoundException"


@pytest.mark.parametrize(
    "form",
    [
        "arn:aws:dynamodb:us-east-1:000000000000:table/{}/index/by-name",
        "arn:aws:dynamodb:us-east-1:000000000000:table/{}/stream/2026-01-01T00:00:00.250",
        "arn:aws:dynamodb:us-east-1:000000000000:table/{}/",
        "arn:aws-cn:dynamodb:us-east-1:000000000000:table/{}",
        "arn:any:dynamodb:us-east-1:000000000000:table/{}",
    ],
)
def test_an_arn_that_is_not_the_tables_own_names_no_table(dynamodb: Any, shared: str, form: str) -> None:
    """Policies decide on the ARN of a request: one of another form must not lead to the same table."""
    arn = form.format(shared)
    key = {"id": {"S": "a"}}
    for call, more in (
        (dynamodb.get_item, {"TableName": arn, "Key": key}),
        (dynamodb.batch_get_item, {"RequestItems": {arn: {"Keys": [key]}}}),
        (dynamodb.scan, {"TableName": arn}),
        (dynamodb.describe_table, {"TableName": arn}),
        (dynamodb.list_tags_of_resource, {"ResourceArn": arn}),
    ):
        assert invalid(call, **more).startswith("Invalid table/index name.")
