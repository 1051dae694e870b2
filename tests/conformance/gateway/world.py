"""APIs made with boto3, requests sent as they are written, and a function whose behaviour the request chooses."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.walk import Answer, integration_uri

ECHO = """
import base64, json, os, time

def lambda_handler(event, context):
    what = event["resource"].split("/")[1]
    if what == "reply":                      # the body is what the handler returns
        return json.loads(event["body"])
    if what == "do":
        return DEEDS[event["pathParameters"]["what"]](event.get("queryStringParameters") or {})
    event["function"] = context.function_name
    event["invokedArn"] = context.invoked_function_arn
    return {"statusCode": 200, "body": json.dumps(event)}

def refuse(query):
    raise ValueError("no")

DEEDS = {
    "raise": refuse,
    "exit": lambda query: os._exit(3),
    "sleep": lambda query: time.sleep(float(query["seconds"])) or {},
    "body": lambda query: {"body": "x" * int(query["bytes"])},
    "set": lambda query: {"statusCode": 200, "body": {1, 2}},
    "bytes": lambda query: {"body": b"raw"},
    "png": lambda query: {
        "isBase64Encoded": True,
        "headers": {"Content-Type": "image/png"},
        "body": base64.b64encode(bytes(range(256))).decode(),
    },
    "not-base64": lambda query: {"isBase64Encoded": True, "body": "%%%"},
}
"""

Routes = Mapping[str, Mapping[str, Any]]
"""``"GET /users/{id}"`` to the members of its integration; ``uri`` alone is needed."""


@dataclass
class Api:
    """A REST API that the tests made."""

    gatelet: Any
    id: str
    region: str = "us-east-1"
    account: str = "000000000000"
    resources: dict[str, str] = field(default_factory=dict)

    @cached_property
    def client(self) -> Any:
        """apigateway in the API's own account and region."""
        return self.gatelet.client("apigateway", self.region, self.account)

    def url(self, stage: str = "prod") -> str:
        """The path of a stage in the form that Gatelet prints."""
        return f"/_aws/execute-api/{self.id}/{stage}"

    @property
    def host(self) -> str:
        """The name of the API as clients in a browser would use it."""
        return f"{self.id}.execute-api.localhost:{self.gatelet.endpoint.rpartition(':')[2]}"

    def add(self, route: str, integration: Mapping[str, Any] | None) -> None:
        """Make the resources of a route's path and the method; None: a method without an integration."""
        verb, path = route.split(" ")
        resource = self.resource(path)
        client = self.client
        client.put_method(restApiId=self.id, resourceId=resource, httpMethod=verb, authorizationType="NONE")
        if integration is not None:
            client.put_integration(
                restApiId=self.id,
                resourceId=resource,
                httpMethod=verb,
                **{"type": "AWS_PROXY", "integrationHttpMethod": "POST", **integration},
            )

    def resource(self, path: str) -> str:
        """The id of a path's resource, made if it is not there."""
        if path not in self.resources:
            parent, _, part = path.rpartition("/")
            made = self.client.create_resource(restApiId=self.id, parentId=self.resource(parent or "/"), pathPart=part)
            self.resources[path] = made["id"]
        return self.resources[path]

    def deploy(self, stage: str = "prod", **settings: Any) -> str:
        """A deployment to a stage; its id."""
        made: str = self.client.create_deployment(restApiId=self.id, stageName=stage, **settings)["id"]
        return made

    def permit(self, function: str) -> None:
        """Let every method of the API invoke a function."""
        region, account = self.region, self.account
        self.gatelet.client("lambda", region, account).add_permission(
            FunctionName=function,
            StatementId=f"api-{self.id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{region}:{account}:{self.id}/*",
        )

    def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | None = None,
        *,
        stage: str = "prod",
    ) -> Answer:
        """A request to a stage; ``path`` is what follows the stage, with its query."""
        return send(self.gatelet, method, self.url(stage) + path, headers, body)

    def event(self, method: str, path: str, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None) -> Any:
        """The event that the function got."""
        answer = self.send(method, path, headers, body)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()


def make_api(
    gatelet: Any,
    name: str,
    routes: Routes,
    functions: Iterable[str],
    *,
    region: str = "us-east-1",
    account: str = "000000000000",
    **settings: Any,
) -> Api:
    """An API with these routes, which may invoke these functions; not deployed yet."""
    api = Api(gatelet, "", region, account)
    made = api.client.create_rest_api(name=name, endpointConfiguration={"types": ["REGIONAL"]}, **settings)
    api.id, api.resources["/"] = made["id"], made["rootResourceId"]
    for route, integration in routes.items():
        api.add(route, integration)
    for function in functions:
        api.permit(function)
    return api


def uri(function_arn: str, region: str = "us-east-1") -> dict[str, Any]:
    """The integration of a function."""
    return {"uri": integration_uri(function_arn, region)}


def send(
    gatelet: Any, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None
) -> Answer:
    """One request, every byte of its target and headers as written; Host is added where it is not given."""
    address = gatelet.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=40)
    given = list(headers)
    names = {name.lower() for name, _ in given}
    try:
        connection.putrequest(method, target, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in given:
            connection.putheader(name, value)
        if body is not None and not names & {"content-length", "transfer-encoding"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()
