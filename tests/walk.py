"""The seed's walk with boto3: a function behind a REST API, deployed to a stage."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SEED_HANDLER = (Path(__file__).parents[1] / "examples" / "users" / "lambda_function.py").read_text("utf-8")
ROLE = "arn:aws:iam::000000000000:role/function-role"


def archive(source: str, name: str = "lambda_function.py") -> bytes:
    """A zip with one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(name, source)
    return buffer.getvalue()


@dataclass
class DeployedApi:
    """What the walk made."""

    api_id: str
    root_id: str
    resource_id: str
    function_arn: str
    endpoint: str
    stage: str = "prod"

    @property
    def url(self) -> str:
        """The invoke URL of the stage."""
        return f"{self.endpoint}/_aws/execute-api/{self.api_id}/{self.stage}"


def create_function(gatelet: Any, name: str, source: str, **settings: Any) -> str:
    """Create a function and wait until it is Active; its ARN."""
    client = gatelet.client("lambda")
    made = client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        **{"Role": ROLE, **settings},
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": archive(source)},
    )
    wait_active(client, name)
    arn: str = made["FunctionArn"]
    return arn


def wait_active(client: Any, name: str) -> None:
    """Poll as boto3's waiters do, without their one-second pause."""
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})


def integration_uri(function_arn: str, region: str = "us-east-1") -> str:
    """The URI of an AWS_PROXY integration."""
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def deploy_api(
    gatelet: Any, function_arn: str, *, name: str = "users-api", permission: bool = True, path_part: str = "users"
) -> DeployedApi:
    """REST API, resource, GET, AWS_PROXY, permission, deployment to ``prod``."""
    api = gatelet.client("apigateway")
    api_id = api.create_rest_api(name=name)["id"]
    root_id = api.get_resources(restApiId=api_id)["items"][0]["id"]
    resource_id = api.create_resource(restApiId=api_id, parentId=root_id, pathPart=path_part)["id"]
    api.put_method(restApiId=api_id, resourceId=resource_id, httpMethod="GET", authorizationType="NONE")
    api.put_integration(
        restApiId=api_id,
        resourceId=resource_id,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=integration_uri(function_arn),
    )
    if permission:
        gatelet.client("lambda").add_permission(
            FunctionName=function_arn,
            StatementId=f"apigateway-{api_id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api_id}/*/GET/{path_part}",
        )
    api.create_deployment(restApiId=api_id, stageName="prod")
    return DeployedApi(api_id, root_id, resource_id, function_arn, gatelet.endpoint)


@dataclass
class Answer:
    """An HTTP answer with its headers as sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def request(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None, timeout: float = 40
) -> Answer:
    """One plain HTTP request; the path goes out exactly as it is written."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()
