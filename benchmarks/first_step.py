"""The tutorial's first step behind GET /users: the handler that every peer serves, which needs nothing but itself."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import boto3

HANDLER = Path(__file__).parents[1] / "examples" / "users" / "lambda_function.py"
_FUNCTION = "getUserFunction"
_REGION = "us-east-1"
_ROLE = "arn:aws:iam::000000000000:role/benchmark"


def archive() -> bytes:
    """The handler as a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.write(HANDLER, HANDLER.name)
    return buffer.getvalue()


def deploy(endpoint: str) -> str:
    """Function, REST API, permission and stage through AWS's APIs; the stage's invoke URL."""
    functions, gateway = _client("lambda", endpoint), _client("apigateway", endpoint)
    arn = functions.create_function(
        FunctionName=_FUNCTION,
        Runtime="python3.13",
        Role=_ROLE,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": archive()},
    )["FunctionArn"]
    api_id = gateway.create_rest_api(name="first-step")["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    users = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="users")["id"]
    at = {"restApiId": api_id, "resourceId": users, "httpMethod": "GET"}
    gateway.put_method(**at, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{_REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    functions.add_permission(
        FunctionName=_FUNCTION,
        StatementId="apigateway-get-users",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{_REGION}:{arn.split(':')[4]}:{api_id}/*/GET/users",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    functions.get_waiter("function_active_v2").wait(
        FunctionName=_FUNCTION, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
    )
    return f"{endpoint}/_aws/execute-api/{api_id}/prod"


def _client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
