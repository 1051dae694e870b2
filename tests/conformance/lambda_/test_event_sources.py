"""Event source mappings from the streams of tables. Reference: lambda-control-plane section 12; Lambda Developer Guide
("Using Lambda with DynamoDB").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.lambda_.sources import World, until


@pytest.fixture(scope="module")
def world(gatelet: Any) -> Iterator[World]:
    made = World(gatelet)
    yield made
    for one in made.functions.list_event_source_mappings()["EventSourceMappings"]:
        made.functions.delete_event_source_mapping(UUID=one["UUID"])


def test_the_life_of_a_mapping(world: World) -> None:
    stream, arn = world.source("source-life"), world.function("life-consumer")
    world.put("source-life", {"id": "a", "name": "Ada"})
    made = world.map("life-consumer", stream, BatchSize=10)
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    assert made.pop("LastModified")
    id_ = made["UUID"]
    assert made == {
        "UUID": id_,
        "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{id_}",
        "EventSourceArn": stream,
        "FunctionArn": arn,
        "StartingPosition": "TRIM_HORIZON",
        "State": "Creating",
        "StateTransitionReason": "User action",
        "LastProcessingResult": "No records processed",
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 1,
        "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False,
        "MaximumRetryAttempts": -1,
        "TumblingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
        "DestinationConfig": {"OnFailure": {}},
    }
    (event,) = until(lambda: world.events("life-consumer"), len)
    (record,) = event["Records"]
    numbers = {name: record["dynamodb"].pop(name) for name in ("ApproximateCreationDateTime", "SequenceNumber")}
    assert isinstance(numbers["ApproximateCreationDateTime"], int)
    assert numbers["SequenceNumber"].isdecimal()
    assert record.pop("eventID")
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "Keys": {"id": {"S": "a"}},
            "NewImage": {"id": {"S": "a"}, "name": {"S": "Ada"}},
            "SizeBytes": 13,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": stream,
    }

    def get() -> dict[str, Any]:
        return dict(world.functions.get_event_source_mapping(UUID=id_))

    shown = until(get, lambda shown: shown["LastProcessingResult"] == "OK")
    assert shown["State"] == "Enabled"
    assert world.functions.update_event_source_mapping(UUID=id_, Enabled=False)["State"] == "Disabling"
    assert get()["State"] == "Disabled"
    world.put("source-life", {"id": "b"})
    changed = world.functions.update_event_source_mapping(UUID=id_, Enabled=True, BatchSize=5)
    assert (changed["State"], changed["BatchSize"]) == ("Enabling", 5)
    assert until(lambda: world.batches("life-consumer"), lambda seen: len(seen) > 1) == [["a"], ["b"]]
    listed = world.functions.list_event_source_mappings(FunctionName="life-consumer")["EventSourceMappings"]
    assert [one["UUID"] for one in listed] == [id_]
    assert world.functions.list_event_source_mappings(EventSourceArn=f"{stream}0")["EventSourceMappings"] == []
    world.functions.tag_resource(Resource=made["EventSourceMappingArn"], Tags={"team": "blue"})
    assert world.functions.list_tags(Resource=made["EventSourceMappingArn"])["Tags"] == {"team": "blue"}
    gone = world.functions.delete_event_source_mapping(UUID=id_)
    assert (gone["State"], gone["ResponseMetadata"]["HTTPStatusCode"]) == ("Deleting", 202)
    with pytest.raises(ClientError, match="The resource you requested does not exist\\.") as caught:
        get()
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_latest_begins_with_what_comes(world: World) -> None:
    stream = world.source("source-latest")
    world.function("latest-consumer")
    world.put("source-latest", {"id": "before"})
    world.map("latest-consumer", stream, StartingPosition="LATEST")
    world.put("source-latest", {"id": "after"})
    assert until(lambda: world.batches("latest-consumer"), len) == [["after"]]


def test_a_bad_record_is_isolated_and_goes_to_the_destination(world: World) -> None:
    stream = world.source("source-bad")
    arn, destination = world.function("bad-consumer"), world.function("bad-destination")
    world.put("source-bad", *({"id": str(n), **({"raise": "yes"} if n == 2 else {})} for n in range(4)))
    world.map(
        "bad-consumer",
        stream,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": destination}},
    )
    whole = ["0", "1", "2", "3"]
    seen = until(lambda: world.batches("bad-consumer"), lambda seen: seen[-1:] == [["3"]])
    assert seen == [whole, ["0", "1"], ["2", "3"], ["2"], ["2"], ["3"]]
    (record,) = until(lambda: world.events("bad-destination"), len)
    batch = record["DDBStreamBatchInfo"]
    assert record["requestContext"] | {"requestId": ""} == {
        "requestId": "",
        "functionArn": arn,
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 4,
    }
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (record["version"], batch["batchSize"], batch["streamArn"]) == ("1.0", 1, stream)
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"]


def test_what_a_response_names_comes_again(world: World) -> None:
    """Lambda Developer Guide ("Configuring partial batch response"): from the lowest number on."""
    stream = world.source("source-part")
    world.function("part-consumer")
    world.put("source-part", *({"id": str(n), **({"fail": "yes"} if n == 1 else {})} for n in range(3)))
    world.map("part-consumer", stream, FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=1)
    twice = [["0", "1", "2"], ["1", "2"]]
    assert until(lambda: world.batches("part-consumer"), lambda seen: len(seen) > 1) == twice
    world.put("source-part", {"id": "3"})
    assert until(lambda: world.batches("part-consumer"), lambda seen: len(seen) > 2) == [*twice, ["3"]]


def test_filters_choose(world: World) -> None:
    stream = world.source("source-chosen")
    world.function("chosen-consumer")
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": [{"prefix": "big"}]}}}}
    world.map("chosen-consumer", stream, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    world.put("source-chosen", {"id": "a", "kind": "small"}, {"id": "b", "kind": "bigger"})
    world.put("source-chosen", {"id": "b", "kind": "biggest"}, {"id": "c", "kind": "big"})
    seen = until(lambda: world.batches("chosen-consumer"), lambda seen: sum(map(len, seen)) > 1)
    assert [id_ for batch in seen for id_ in batch] == ["b", "c"]


def test_lanes_keep_the_order_of_each_item(world: World) -> None:
    stream = world.source("source-lanes")
    world.function("lanes-consumer")
    world.put("source-lanes", *({"id": f"item-{n % 5}", "turn": str(n)} for n in range(40)))
    world.map("lanes-consumer", stream, ParallelizationFactor=4, BatchSize=3)
    events = until(
        lambda: world.events("lanes-consumer"), lambda seen: sum(len(event["Records"]) for event in seen) >= 40
    )
    turns: dict[str, list[int]] = {}
    for event in events:
        assert len(event["Records"]) <= 3
        for record in event["Records"]:
            image = record["dynamodb"]["NewImage"]
            turns.setdefault(image["id"]["S"], []).append(int(image["turn"]["S"]))
    assert turns == {f"item-{n}": list(range(n, 40, 5)) for n in range(5)}


def test_the_role_must_be_able_to_read(world: World) -> None:
    stream = world.source("source-role")
    world.function("role-consumer")
    made = world.map("role-consumer", stream)
    world.iam.delete_role_policy(RoleName="sources", PolicyName="all")
    text = (
        f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    )
    try:
        world.put("source-role", {"id": "a"})
        until(
            lambda: world.functions.get_event_source_mapping(UUID=made["UUID"])["LastProcessingResult"],
            lambda result: result == f"PROBLEM: {text}",
        )
        with pytest.raises(ClientError) as caught:
            world.map("role-consumer:$LATEST", stream)
        assert caught.value.response["Error"] == {"Code": "InvalidParameterValueException", "Message": text}
    finally:
        world.allow()
    assert until(lambda: world.batches("role-consumer"), len) == [["a"]]


@pytest.fixture(scope="module")
def refusing(world: World) -> str:
    world.function("refusing-consumer")
    return world.source("source-refusing")


INVALID = "InvalidParameterValueException"
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"EventSourceArn": None}, INVALID, "Unrecognized event source."),
    ({"EventSourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/x"}, INVALID, "Unrecognized event source."),
    ({"EventSourceArn": "arn:aws:s3:::x"}, INVALID, "Unrecognized event source."),
    (
        {"StartingPosition": None},
        INVALID,
        (
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        ),
    ),
    ({"StartingPosition": "AT_TIMESTAMP"}, INVALID, "Unsupported starting position for arn type: {stream}"),
    ({"EventSourceArn": "{stream}0"}, INVALID, "Stream not found: {stream}0"),
    ({"FunctionName": "no-such-function"}, INVALID, "Function does not exist"),
    (
        {"FilterCriteria": {"Filters": [{"Pattern": '{"a": 1}'}]}},
        INVALID,
        "Invalid filter pattern definition.",
    ),
    (
        {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:000000000000:function:f"}}},
        INVALID,
        "Unsupported DestinationConfig parameter for given event source mapping type.",
    ),
    *(
        ({"EventSourceArn": f"arn:aws:{service}:us-east-1:000000000000:x"}, "NotImplemented", what)
        for service, what in (
            ("sqs", "SQS queues as event sources"),
            ("kinesis", "Kinesis streams as event sources"),
            ("kafka", "Kafka clusters as event sources"),
            ("mq", "message brokers as event sources"),
            ("rds", "DocumentDB clusters as event sources"),
        )
    ),
    ({"TumblingWindowInSeconds": 5}, "NotImplemented", "TumblingWindowInSeconds"),
    ({"KMSKeyArn": "arn:aws:kms:us-east-1:000000000000:key/x"}, "NotImplemented", "KMSKeyArn"),
    (
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:q"}}},
        "NotImplemented",
        "SQS queues as destinations",
    ),
]


@pytest.mark.parametrize(("settings", "code", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_refusals(world: World, refusing: str, settings: dict[str, Any], code: str, message: str) -> None:
    asked = {
        "FunctionName": "refusing-consumer",
        "EventSourceArn": refusing,
        "StartingPosition": "LATEST",
        **{
            name: value.replace("{stream}", refusing) if isinstance(value, str) else value
            for name, value in settings.items()
        },
    }
    with pytest.raises(ClientError) as caught:
        world.functions.create_event_source_mapping(
            **{name: value for name, value in asked.items() if value is not None}
        )
    error = caught.value.response["Error"]
    if code == INVALID:
        assert (error["Code"], error["Message"]) == (code, message.replace("{stream}", refusing))
    else:
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert message in error["Message"]


def test_one_mapping_for_a_stream_and_a_function(world: World, refusing: str) -> None:
    made = world.map("refusing-consumer", refusing)
    with pytest.raises(ClientError) as caught:
        world.map("refusing-consumer", refusing)
    assert caught.value.response["Error"] == {
        "Code": "ResourceConflictException",
        "Message": f'An event source mapping with event source ("{refusing}"), function ("{made["FunctionArn"]}") '
        f"already exists. Please update or delete the existing mapping with UUID {made['UUID']}",
    }


def test_kill_in_the_middle_of_batches(own_gatelet: Any) -> None:
    """Every record is delivered at least once, in order, whatever happens to the process."""
    world = World(own_gatelet)
    stream = world.source("source-killed")
    world.function("killed-consumer")
    world.map("killed-consumer", stream, BatchSize=4)
    names = [f"{number:03d}" for number in range(60)]
    world.put("source-killed", *({"id": name} for name in names[:40]))
    for batches in (2, 6):
        until(lambda wanted=batches: world.batches("killed-consumer"), lambda seen, wanted=batches: len(seen) >= wanted)  # type: ignore[misc]
        own_gatelet.kill()
        own_gatelet.start()
    world.put("source-killed", *({"id": name} for name in names[40:]))
    seen = until(lambda: world.batches("killed-consumer"), lambda seen: seen[-1][-1] == names[-1])
    flat = [id_ for batch in seen for id_ in batch]
    assert sorted(set(flat)) == names
    assert len(flat) < len(names) + 4 * 2 + 1
    assert [id_ for at, id_ in enumerate(flat) if id_ not in flat[:at]] == names


def test_an_update_changes_what_it_names(world: World, refusing: str) -> None:
    world.function("updated-consumer")
    world.function("next-consumer")
    filters = {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    made = world.map(
        "updated-consumer",
        refusing,
        BatchSize=7,
        FilterCriteria=filters,
        MaximumRetryAttempts=3,
        Tags={"team": "red"},
        Enabled=False,
    )
    assert made["State"] == "Creating"

    def update(**settings: Any) -> dict[str, Any]:
        return dict(world.functions.update_event_source_mapping(UUID=made["UUID"], **settings))

    changed = update(MaximumRetryAttempts=0, FunctionResponseTypes=["ReportBatchItemFailures"])
    assert changed["State"] == "Updating"
    kept = world.functions.get_event_source_mapping(UUID=made["UUID"])
    assert (kept["State"], kept["BatchSize"], kept["FilterCriteria"]) == ("Disabled", 7, filters)
    assert (kept["MaximumRetryAttempts"], kept["FunctionResponseTypes"]) == (0, ["ReportBatchItemFailures"])
    assert "FilterCriteria" not in update(FilterCriteria={"Filters": []}, FunctionResponseTypes=[])
    assert update(FunctionName="next-consumer")["FunctionArn"].endswith(":next-consumer")
    with pytest.raises(ClientError, match="Function does not exist"):
        update(FunctionName="no-such-function")
    with pytest.raises(ClientError, match="Invalid filter pattern definition"):
        update(FilterCriteria={"Filters": [{"Pattern": "{"}]})


def test_records_wait_for_a_function_that_cannot_be_invoked(world: World) -> None:
    """Throttles do not count as attempts, and a mapping outlives its function (section 12)."""
    stream = world.source("source-waiting")
    world.function("waiting-consumer")
    made = world.map("waiting-consumer", stream, MaximumRetryAttempts=0)

    def result() -> str:
        return str(world.functions.get_event_source_mapping(UUID=made["UUID"])["LastProcessingResult"])

    def fails(result: str) -> bool:
        return result == "PROBLEM: Function call failed"

    world.functions.put_function_concurrency(FunctionName="waiting-consumer", ReservedConcurrentExecutions=0)
    world.put("source-waiting", {"id": "throttled"})
    until(result, fails)
    world.functions.delete_function_concurrency(FunctionName="waiting-consumer")
    assert until(lambda: world.batches("waiting-consumer"), len) == [["throttled"]]
    until(result, lambda told: told == "OK")
    world.functions.delete_function(FunctionName="waiting-consumer")
    world.put("source-waiting", {"id": "orphaned"})
    until(result, lambda told: told != "OK")
    world.function("waiting-consumer")
    seen = until(lambda: world.batches("waiting-consumer"), lambda seen: len(seen) > 1)
    assert seen == [["throttled"], ["orphaned"]]
