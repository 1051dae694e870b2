"""Bad input anywhere gives AWS's error and changes nothing.

Every implemented operation is called over HTTP with thousands of malformed requests, signed correctly
(``malformed.py`` makes them from botocore's models). Whatever comes back is no 5xx other than 501 and is an
error that botocore can read; the journal of changes has not moved; and at the end the house still answers
every question as it did before.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from tests.conftest import RunningGatelet
from tests.security.malformed import Call, calls_of, protocol_of
from tests.security.plausible import Plausible
from tests.walk import ROLE, SEED_HANDLER, archive, create_function, deploy_api, integration_uri, request

from gatelet.control.registry import PACKAGES, Registry
from gatelet.wire.signing import sign

ALLOW = {"Effect": "Allow", "Action": "sts:AssumeRole"}
TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{**ALLOW, "Principal": {"Service": "lambda.amazonaws.com"}}]}
)
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, "Resource": "*"}]})
CONTENT_TYPES = {"rest-json": "application/json", "json": "application/x-amz-json-{}", "query": "text/xml"}
"""By protocol; the version of JSON is the service's."""


class House:
    """A Gatelet with one of everything, and a connection to it."""

    def __init__(self, gatelet: RunningGatelet) -> None:
        self.gatelet = gatelet
        self._address = urlsplit(gatelet.endpoint)
        self._connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=30)
        self._state = sqlite3.connect(f"file:{gatelet.data_dir / 'state.db'}?mode=ro", uri=True)
        self._logs = sqlite3.connect(f"file:{gatelet.data_dir / 'logs.db'}?mode=ro", uri=True)
        self.known = _furnish(gatelet)
        self.settle(logs=True)

    def close(self) -> None:
        """Let go of the files and the connection."""
        self._connection.close()
        self._state.close()
        self._logs.close()

    def send(self, call: Call) -> tuple[int, HeadersDict, bytes]:
        """The answer to the call, signed as an SDK signs."""
        path, _, query = call.target.partition("?")
        headers = sign(
            call.method,
            path,
            headers={"Host": self._address.netloc, **call.headers},
            body=call.body,
            access_key_id="test",
            secret_access_key="test",
            region="us-east-1",
            service=call.service,
            now=time.time(),
            query=query,
        )
        if call.body:
            headers["Content-Length"] = str(len(call.body))
        self._connection.putrequest(call.method, call.target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            self._connection.putheader(name, value.encode("latin-1"))
        self._connection.endheaders(call.body)
        response = self._connection.getresponse()
        return response.status, HeadersDict(response.getheaders()), response.read()

    def journal(self, *, logs: bool = True) -> tuple[Any, ...]:
        """What moves with every change that is stored: the newest change, and the log's rows.

        Functions log when they please (an environment that starts, long after the call that caused it):
        where one may run, ``logs`` is left out.
        """
        if not logs:
            return tuple(self._state.execute("select max(sequence) from changes where service <> 'logs'").fetchone())
        (newest,) = self._state.execute("select max(sequence) from changes").fetchone()
        rows = self._logs.execute("select (select count(*) from streams), (select count(*) from chunks)").fetchone()
        return (newest, *rows)

    def settle(self, *, logs: bool) -> None:
        """Until no function is on its way to another state and, if asked for, the logs are written."""
        functions = self.gatelet.client("lambda")
        before: tuple[Any, ...] = ()
        for _ in range(200):
            configurations = [
                functions.get_function_configuration(FunctionName=each["FunctionName"])
                for each in functions.list_functions()["Functions"]
            ]
            settled = all(
                each["State"] != "Pending" and each["LastUpdateStatus"] != "InProgress" for each in configurations
            )
            if settled and (not logs or self.journal() == before):
                return
            before = self.journal()
            time.sleep(0.25 if logs else 0.02)
        raise AssertionError("the house does not come to rest")

    def picture(self) -> dict[str, Any]:
        """Everything that the public List and Get operations tell."""
        return {**_picture_of_gateway(self.gatelet), **_picture_of_the_rest(self.gatelet)}


def _furnish(gatelet: RunningGatelet) -> dict[str, Any]:
    """One of everything; the members that name it."""
    arn = create_function(gatelet, "present", SEED_HANDLER)
    api = deploy_api(gatelet, arn)
    gatelet.client("lambda").invoke(FunctionName="present", Payload=b"{}")
    client = gatelet.client("apigateway")
    model = client.create_model(restApiId=api.api_id, name="Present", contentType="application/json", schema="{}")
    validator = client.create_request_validator(restApiId=api.api_id, name="present", validateRequestBody=True)
    client.put_gateway_response(restApiId=api.api_id, responseType="DEFAULT_4XX", statusCode="404")
    client.put_method_response(restApiId=api.api_id, resourceId=api.resource_id, httpMethod="GET", statusCode="200")
    deployment = client.get_deployments(restApiId=api.api_id)["items"][0]["id"]
    roles = gatelet.client("iam")
    roles.create_role(RoleName="present", AssumeRolePolicyDocument=TRUST)
    policy = roles.create_policy(PolicyName="present", PolicyDocument=POLICY)["Policy"]["Arn"]
    logs = gatelet.client("logs")
    logs.create_log_group(logGroupName="present")
    logs.create_log_stream(logGroupName="present", logStreamName="present")
    group = "arn:aws:logs:us-east-1:000000000000:log-group:present"
    api_arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.api_id}"
    return {
        "restApiId": api.api_id,
        "resourceId": api.resource_id,
        "parentId": api.root_id,
        "httpMethod": "GET",
        "statusCode": "200",
        "deploymentId": deployment,
        "stageName": "prod",
        "modelName": model["name"],
        "requestValidatorId": validator["id"],
        "responseType": "DEFAULT_4XX",
        "patchOperations": [{"op": "replace", "path": "/description", "value": "x"}],
        "authorizationType": "NONE",
        "type": "AWS_PROXY",
        "integrationHttpMethod": "POST",
        "uri": integration_uri(arn),
        "schema": "{}",
        "pathPart": "present",
        "contentType": "application/json",
        "CreateStage": {"stageName": "fresh"},
        "CreateModel": {"name": "Fresh"},
        "CreateResource": {"pathPart": "fresh"},
        "CreateDeployment": {"stageName": "fresh"},
        "FunctionName": "present",
        "CreateFunction": {"FunctionName": "fresh"},
        "Runtime": "python3.11",
        "Role": ROLE,
        "Handler": "lambda_function.lambda_handler",
        "Code": {"ZipFile": archive(SEED_HANDLER)},
        "ZipFile": archive(SEED_HANDLER),
        "Resource": arn,
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "StatementId": "fresh",
        "logGroupName": "present",
        "logStreamName": "present",
        "logEvents": [{"timestamp": int(time.time() * 1000), "message": "x"}],
        "retentionInDays": 7,
        "CreateLogGroup": {"logGroupName": "fresh"},
        "CreateLogStream": {"logStreamName": "fresh"},
        "resourceArn": api_arn,
        **{operation: {"resourceArn": group} for operation in ("ListTagsForResource",)},
        "RoleName": "present",
        "CreateRole": {"RoleName": "fresh"},
        "AssumeRolePolicyDocument": TRUST,
        "PolicyDocument": POLICY,
        "PolicyName": "present",
        "CreatePolicy": {"PolicyName": "fresh"},
        "PolicyArn": policy,
        "VersionId": "v1",
    }


HARMLESS = {
    "restApiId": "absent",
    "FunctionName": "absent",
    "logGroupName": "absent",
    "RoleName": "absent",
    "PolicyArn": "arn:aws:iam::000000000000:policy/absent",
}


def _without_metadata(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _picture_of_gateway(gatelet: RunningGatelet) -> dict[str, Any]:
    client = gatelet.client("apigateway")
    found: dict[str, Any] = {"account": _without_metadata(client.get_account())}
    found["apis"] = client.get_rest_apis(limit=500)["items"]
    for api in found["apis"]:
        name = {"restApiId": api["id"]}
        found[api["id"]] = [
            client.get_resources(**name, limit=500, embed=["methods"])["items"],
            client.get_deployments(**name)["items"],
            client.get_stages(**name)["item"],
            client.get_models(**name, limit=500)["items"],
            client.get_request_validators(**name, limit=500)["items"],
            client.get_gateway_responses(**name, limit=500)["items"],
            client.get_tags(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}")["tags"],
        ]
    return found


def _picture_of_the_rest(gatelet: RunningGatelet) -> dict[str, Any]:
    functions, roles, logs = gatelet.client("lambda"), gatelet.client("iam"), gatelet.client("logs")
    found: dict[str, Any] = {"functions": functions.list_functions()["Functions"]}
    for function in found["functions"]:
        name = function["FunctionName"]
        got = functions.get_function(FunctionName=name)
        concurrency = functions.get_function_concurrency(FunctionName=name)
        found[f"function {name}"] = [
            {**got["Configuration"], "code": got["Code"]["RepositoryType"], "tags": got.get("Tags")},
            concurrency.get("ReservedConcurrentExecutions"),
        ]
    found["policy"] = functions.get_policy(FunctionName="present")["Policy"]
    found["roles"] = roles.list_roles(MaxItems=1000)["Roles"]
    for role in found["roles"]:
        name = role["RoleName"]
        found[f"role {name}"] = [
            roles.list_role_policies(RoleName=name)["PolicyNames"],
            roles.list_attached_role_policies(RoleName=name)["AttachedPolicies"],
            roles.list_role_tags(RoleName=name)["Tags"],
        ]
    found["policies"] = roles.list_policies(Scope="Local")["Policies"]
    groups = [group for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    found["groups"] = [{**group, "storedBytes": 0} for group in groups]
    for group in groups:
        name = group["logGroupName"]
        streams = logs.describe_log_streams(logGroupName=name)["logStreams"]
        found[f"group {name}"] = [
            [stream["logStreamName"] for stream in streams],
            logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"],
        ]
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Gatelet for these tests alone, furnished."""
    running = RunningGatelet(tmp_path_factory.mktemp("bad-input") / "data")
    running.start()
    furnished = House(running)
    yield furnished
    furnished.close()
    running.stop()


def _problem(call: Call, status: int, headers: HeadersDict, body: bytes, parser: Any, output: Any, kind: str) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if status >= 500 and status != 501:
        return f"answered {status} {body[:300]!r}"
    if "x-evil" in headers:
        return "let a header through"
    if status < 400:
        return f"was accepted: {body[:300]!r}" if call.must_fail else ""
    if not headers.get("content-type", "").startswith(kind):
        return f"answered {status} as {headers.get('content-type')}: {body[:200]!r}"
    error = parser.parse({"status_code": status, "headers": headers, "body": body}, output).get("Error", {})
    code, message = str(error.get("Code", "")), error.get("Message")
    if not code or code.isdecimal() or "Message" not in error:
        return f"answered {status} without a code or a message: {body[:300]!r}"
    if code in {"InternalFailure", "ServiceException"} or "Traceback" in str(message):
        return f"answered {code}: {message}"
    return ""


@pytest.mark.parametrize("service", sorted(PACKAGES))
def test_malformed_calls_are_refused_and_change_nothing(house: House, service: str) -> None:
    model = botocore.session.Session().get_service_model(service)
    protocol = protocol_of(model)
    parser, kind = create_parser(protocol), CONTENT_TYPES[protocol].format(model.metadata.get("jsonVersion"))
    operations = sorted(Registry().operations(service))
    calls = list(calls_of(service, operations, Plausible(house.known, HARMLESS)))
    # What must fail comes first: after it the house must look as it did.
    logs = service not in {"lambda", "apigateway"}  # both run functions, whose lines come a moment later
    before, journal = house.picture(), house.journal(logs=logs)
    problems: list[str] = []
    for call in sorted(calls, key=lambda each: not each.must_fail):
        if not call.must_fail and before:
            after = house.picture()
            problems += [f"{name} changed: {after.get(name)}" for name in before if after.get(name) != before[name]]
            before = {}
        status, headers, body = house.send(call)
        output = model.operation_model(call.operation).output_shape
        problem = _problem(call, status, headers, body, parser, output, kind)
        reading = call.operation.startswith(("Get", "List", "Describe", "Filter"))
        if status < 300 and not reading:
            if service == "lambda":
                house.settle(logs=False)
        elif house.journal(logs=logs) != journal:
            problem += f" answered {status} and changed something"
        journal = house.journal(logs=logs)
        if problem:
            problems.append(f"{call}: {problem}")
    assert not problems, f"{len(problems)} of {len(calls)}:\n" + "\n".join(problems)
    # What was accepted is well formed: everything can still be listed and read.
    house.picture()
    assert request(f"{house.gatelet.endpoint}/health").status == 200
    url = f"{house.gatelet.endpoint}/_aws/execute-api/{house.known['restApiId']}/prod/users?userId=1"
    assert request(url).status == 200
