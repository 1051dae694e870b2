"""CloudWatch Logs through boto3 alone (platform-neighbours section 1)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conftest import RunningGatelet

ACCOUNT = "222233334444"


@pytest.fixture(scope="module")
def logs(gatelet: RunningGatelet) -> Any:
    """A client of an account of this file's own."""
    return gatelet.client("logs", account=ACCOUNT)


@pytest.fixture
def group(logs: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """A group of the test's own."""
    name = f"/test/{re.sub('[^a-z_0-9]+', '-', request.node.name)}"
    logs.create_log_group(logGroupName=name)
    yield name
    logs.delete_log_group(logGroupName=name)


@pytest.fixture
def stream(logs: Any, group: str) -> str:
    """A stream of that group."""
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    return "s"


def now() -> int:
    return int(time.time() * 1000)


def refused(code: str, message: str, operation: Any, **request: Any) -> None:
    with pytest.raises(ClientError) as refusal:
        operation(**request)
    error = refusal.value.response
    assert (error["Error"]["Code"], error["Error"]["Message"]) == (code, message)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


def put(logs: Any, group: str, stream: str, *events: tuple[int, str]) -> Any:
    return logs.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": t, "message": m} for t, m in events]
    )


def not_found(what: str, operation: Any, **request: Any) -> None:
    refused("ResourceNotFoundException", f"The specified log {what} does not exist.", operation, **request)


def test_a_group_is_described_as_aws_describes_it(logs: Any, group: str) -> None:
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert abs(found.pop("creationTime") - now()) < 60_000
    assert found == {
        "logGroupName": group,
        "metricFilterCount": 0,
        "arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*",
        "logGroupArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}",
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": False,
    }


def test_groups_exist_once_and_not_after_their_end(logs: Any, group: str) -> None:
    refused(
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
        logs.create_log_group,
        logGroupName=group,
    )
    not_found("group", logs.delete_log_group, logGroupName="/no/such")
    not_found("group", logs.create_log_stream, logGroupName="/no/such", logStreamName="s")
    not_found("group", logs.describe_log_streams, logGroupName="/no/such")
    not_found("group", logs.filter_log_events, logGroupName="/no/such")
    not_found("group", logs.put_retention_policy, logGroupName="/no/such", retentionInDays=1)


def test_a_name_that_is_too_long_is_refused_in_awss_words(logs: Any, group: str) -> None:
    words = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
    refused("InvalidParameterException", words, logs.create_log_group, logGroupName="g" * 513)
    refused("InvalidParameterException", words, logs.create_log_stream, logGroupName=group, logStreamName="s" * 513)


def test_groups_are_paged_by_name_and_found_by_prefix_or_pattern(logs: Any) -> None:
    names = [f"/paged/{n:02}" for n in range(7)]
    for name in reversed(names):
        logs.create_log_group(logGroupName=name)
    try:
        pages = logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix="/paged/", PaginationConfig={"PageSize": 3}
        )
        assert [[g["logGroupName"] for g in page["logGroups"]] for page in pages] == [names[:3], names[3:6], names[6:]]
        assert {g["logGroupName"] for g in logs.describe_log_groups(logGroupNamePattern="aged/03")["logGroups"]} == {
            "/paged/03"
        }
        refused(
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            logs.describe_log_groups,
            logGroupNamePrefix="a",
            logGroupNamePattern="b",
        )
    finally:
        for name in names:
            logs.delete_log_group(logGroupName=name)


def test_accounts_and_regions_do_not_see_each_other(gatelet: RunningGatelet, group: str) -> None:
    for other in (gatelet.client("logs", account="999988887777"), gatelet.client("logs", "eu-west-1", ACCOUNT)):
        assert other.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []


@pytest.mark.parametrize(
    "setting",
    [{"kmsKeyId": "arn:aws:kms:us-east-1:1:key/k"}, {"logGroupClass": "INFREQUENT_ACCESS"},
     {"deletionProtectionEnabled": True}],
)  # fmt: skip
def test_what_is_not_enforced_is_refused_by_name(logs: Any, setting: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refusal:
        logs.create_log_group(logGroupName="/never", **setting)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert next(iter(setting)) in refusal.value.response["Error"]["Message"]
    assert logs.describe_log_groups(logGroupNamePrefix="/never")["logGroups"] == []


def test_operations_that_do_not_exist_yet_name_themselves(logs: Any, group: str) -> None:
    with pytest.raises(ClientError, match="logs:PutSubscriptionFilter") as refusal:
        logs.put_subscription_filter(logGroupName=group, filterName="f", filterPattern="", destinationArn="arn:aws:x")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_retention_is_set_and_lifted(logs: Any, group: str) -> None:
    logs.put_retention_policy(logGroupName=group, retentionInDays=14)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 14
    logs.delete_retention_policy(logGroupName=group)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert "retentionInDays" not in found
    with pytest.raises(ClientError, match="Value '2' at 'retentionInDays' failed to satisfy constraint"):
        logs.put_retention_policy(logGroupName=group, retentionInDays=2)


def test_streams_are_described_and_ordered(logs: Any, group: str) -> None:
    for name in ("b", "a", "c"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    refused(
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
        logs.create_log_stream,
        logGroupName=group,
        logStreamName="a",
    )
    at = now()
    put(logs, group, "a", (at, "late"))
    put(logs, group, "c", (at - 5_000, "early"), (at - 4_000, "later"))

    def names(**request: Any) -> list[str]:
        pages = logs.get_paginator("describe_log_streams").paginate(
            logGroupName=group, PaginationConfig={"PageSize": 2}, **request
        )
        return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]

    assert names() == ["a", "b", "c"]
    assert names(descending=True) == ["c", "b", "a"]
    assert names(orderBy="LastEventTime", descending=True) == ["a", "c", "b"]
    assert names(orderBy="LastEventTime") == ["b", "c", "a"]
    assert names(logStreamNamePrefix="b") == ["b"]
    refused(
        "InvalidParameterException",
        "Cannot order by LastEventTime with a logStreamNamePrefix.",
        logs.describe_log_streams,
        logGroupName=group,
        orderBy="LastEventTime",
        logStreamNamePrefix="a",
    )
    by_arn = logs.describe_log_streams(
        logGroupIdentifier=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}", logStreamNamePrefix="c"
    )
    (described,) = by_arn["logStreams"]
    assert described["firstEventTimestamp"] == at - 5_000
    assert described["lastEventTimestamp"] == at - 4_000
    assert abs(described["lastIngestionTime"] - now()) < 60_000
    assert described["arn"] == f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:log-stream:c"
    assert described["storedBytes"] == 0
    assert re.fullmatch(r"\d{56}", described["uploadSequenceToken"])
    refused(
        "ValidationException",
        "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        logs.describe_log_streams,
        logGroupName=group,
        logGroupIdentifier=group,
    )


def test_a_deleted_stream_is_gone_with_its_events(logs: Any, group: str, stream: str) -> None:
    put(logs, group, stream, (now(), "x"))
    logs.delete_log_stream(logGroupName=group, logStreamName=stream)
    not_found("stream", logs.delete_log_stream, logGroupName=group, logStreamName=stream)
    not_found("stream", logs.get_log_events, logGroupName=group, logStreamName=stream)
    not_found("stream", logs.filter_log_events, logGroupName=group, logStreamNames=[stream])
    assert logs.filter_log_events(logGroupName=group)["events"] == []


def test_events_are_put_and_read_back(logs: Any, group: str, stream: str) -> None:
    at = now() - 10_000
    answer = put(logs, group, stream, *((at + n, f"line {n}\n") for n in range(5)))
    assert re.fullmatch(r"\d{56}", answer["nextSequenceToken"])
    assert "rejectedLogEventsInfo" not in answer
    read = logs.get_log_events(logGroupName=group, logStreamName=stream, startTime=at + 1, endTime=at + 3)
    assert [(e["timestamp"], e["message"]) for e in read["events"]] == [(at + 1, "line 1\n"), (at + 2, "line 2\n")]
    assert set(read["events"][0]) == {"timestamp", "message", "ingestionTime"}


def test_events_in_the_wrong_order_are_refused(logs: Any, group: str, stream: str) -> None:
    with pytest.raises(
        ClientError, match=r"Log events in a single PutLogEvents request must be in chronological order\."
    ):
        put(logs, group, stream, (now(), "x"), (now() - 1_000, "y"))


def test_events_out_of_time_are_left_out_and_named(logs: Any, group: str, stream: str) -> None:
    at, day, hour = now(), 24 * 3_600_000, 3_600_000
    answer = put(
        logs, group, stream, (at - 15 * day, "a"), (at - 14 * day - hour, "b"), (at, "c"), (at + hour, "d"),
        (at + 3 * hour, "e"),
    )  # fmt: skip
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 4}
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    answer = put(logs, group, stream, (at - 2 * day, "f"), (at, "g"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    read = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
    assert [event["message"] for event in read] == ["c", "g", "d"]
    with pytest.raises(ClientError, match="cannot span more than 24 hours"):
        put(logs, group, stream, (at - 23 * hour, "a"), (at + hour + 1_000, "b"))


def test_the_token_that_comes_back_is_the_end(logs: Any, group: str, stream: str) -> None:
    at = now()
    put(logs, group, stream, *((at, str(n)) for n in range(5)))

    def page(**request: Any) -> tuple[list[str], str, str]:
        answer = logs.get_log_events(logGroupName=group, logStreamName=stream, **request)
        return [e["message"] for e in answer["events"]], answer["nextForwardToken"], answer["nextBackwardToken"]

    messages, forward, backward = page(limit=2)
    assert messages == ["3", "4"], "the newest page, ascending"
    assert re.fullmatch(r"f/\d{56}", forward)
    assert re.fullmatch(r"b/\d{56}", backward)
    assert page(nextToken=forward) == ([], forward, page(nextToken=forward)[2])
    assert page(nextToken=page(nextToken=forward)[2], limit=2)[0] == ["3", "4"]
    messages, _, backward = page(nextToken=backward, limit=2)
    assert messages == ["1", "2"]
    messages, _, backward = page(nextToken=backward, limit=2)
    assert messages == ["0"]
    messages, forward, last = page(nextToken=backward)
    assert (messages, last) == ([], backward)
    assert page(nextToken=forward)[0] == ["0", "1", "2", "3", "4"]
    messages, forward, _ = page(startFromHead=True, limit=4)
    assert messages == ["0", "1", "2", "3"]
    messages, forward, _ = page(nextToken=forward)
    assert messages == ["4"]
    put(logs, group, stream, (at, "5"))
    assert page(nextToken=forward)[0] == ["5"], "what arrives later follows"
    refused(
        "InvalidParameterException",
        "The specified nextToken is invalid.",
        logs.get_log_events,
        logGroupName=group,
        logStreamName=stream,
        nextToken="f/x",
    )


def test_an_empty_stream_has_both_tokens(logs: Any, group: str, stream: str) -> None:
    answer = logs.get_log_events(logGroupName=group, logStreamName=stream)
    assert answer["events"] == []
    put(logs, group, stream, (now(), "x"))
    later = logs.get_log_events(logGroupName=group, logStreamName=stream, nextToken=answer["nextForwardToken"])
    assert [event["message"] for event in later["events"]] == ["x"]


def test_a_page_has_at_most_10000_events(logs: Any, group: str, stream: str) -> None:
    with pytest.raises(ClientError, match="Value '10001' at 'limit' failed") as refusal:
        logs.get_log_events(logGroupName=group, logStreamName=stream, limit=10_001)
    assert refusal.value.response["Error"]["Code"] == "InvalidParameterException"


def test_filtering_searches_the_streams_of_a_group_by_time(logs: Any, group: str) -> None:
    at = now() - 1_000
    for name in ("x1", "x2", "y"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    put(logs, group, "x1", (at, "ERROR one"), (at + 20, '{"level": "ERROR", "n": 6}'))
    put(logs, group, "x2", (at + 10, "INFO two"), (at + 30, "ERROR four"))
    put(logs, group, "y", (at + 15, "ERROR three"))

    def found(**request: Any) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, **request)
        return [event["message"].split()[-1] for page in pages for event in page["events"]]

    assert found() == ["one", "two", "three", "6}", "four"]
    assert found(PaginationConfig={"PageSize": 1}) == ["one", "two", "three", "6}", "four"]
    assert found(filterPattern="ERROR -four") == ["one", "three", "6}"]
    assert found(filterPattern='{ $.level = "ERROR" && $.n > 5 }') == ["6}"]
    assert found(filterPattern="%t[wh]%") == ["two", "three"]
    assert found(logStreamNamePrefix="x", filterPattern="[level, word]") == ["one", "two", "four"]
    assert found(logStreamNames=["y", "x2"]) == ["two", "three", "four"]
    assert found(startTime=at + 10, endTime=at + 20) == ["two", "three", "6}"]
    assert found(startFromHead=False, PaginationConfig={"PageSize": 2}) == ["four", "6}", "three", "two", "one"]
    answer = logs.filter_log_events(logGroupName=group, logStreamNames=["y"])
    (event,) = answer["events"]
    assert answer["searchedLogStreams"] == []
    assert (event["logStreamName"], event["timestamp"], event["message"]) == ("y", at + 15, "ERROR three")
    assert re.fullmatch(r"\d{56}", event["eventId"])
    assert set(event) == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}
    for request in ({"filterPattern": "{ broken"}, {"logStreamNames": ["y"], "logStreamNamePrefix": "x"}):
        with pytest.raises(ClientError) as refusal:
            logs.filter_log_events(logGroupName=group, **request)
        assert refusal.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_search_that_finds_little_ends_its_pages_empty_and_goes_on(logs: Any, group: str, stream: str) -> None:
    at = now() - 60_000
    for batch in range(5):
        put(logs, group, stream, *((at + batch, f"noise {n}") for n in range(5_000)))
    put(logs, group, stream, (at + 9, "needle"))
    first = logs.filter_log_events(logGroupName=group, filterPattern="needle")
    assert first["events"] == []
    rest = logs.filter_log_events(logGroupName=group, filterPattern="needle", nextToken=first["nextToken"])
    assert [event["message"] for event in rest["events"]] == ["needle"]
    assert "nextToken" not in rest


def test_tags_by_arn_and_by_name(logs: Any, group: str) -> None:
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    logs.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    logs.tag_log_group(logGroupName=group, tags={"b": "3", "c": "4"})
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"a": "1", "b": "3", "c": "4"}
    logs.untag_resource(resourceArn=arn, tagKeys=["a", "never was"])
    logs.untag_log_group(logGroupName=group, tags=["c"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3"}
    with pytest.raises(ClientError) as refusal:
        logs.tag_resource(resourceArn=arn, tags={str(n): "x" for n in range(50)})
    assert refusal.value.response["Error"]["Code"] == "TooManyTagsException"
    with pytest.raises(ClientError, match="aws: prefixed"):
        logs.tag_resource(resourceArn=arn, tags={"aws:x": "y"})
    for bad in (f"{arn}-not", arn.replace("us-east-1", "eu-west-1"), "not-an-arn"):
        with pytest.raises(ClientError) as refusal:
            logs.list_tags_for_resource(resourceArn=bad)
        assert refusal.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_groups_and_events_survive_a_kill(own_gatelet: RunningGatelet) -> None:
    logs = own_gatelet.client("logs")
    logs.create_log_group(logGroupName="kept", tags={"a": "b"})
    logs.create_log_stream(logGroupName="kept", logStreamName="s")
    put(logs, "kept", "s", (now(), "x"))
    own_gatelet.kill()
    own_gatelet.start()
    assert logs.list_tags_log_group(logGroupName="kept")["tags"] == {"a": "b"}
    assert [event["message"] for event in logs.filter_log_events(logGroupName="kept")["events"]] == ["x"]
