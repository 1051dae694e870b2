"""Deploy the users API: a table, a function, a REST API, a stage. Safe to run again: creates and updates what differs.

It needs boto3 and, in the environment, a region and keys. With AWS_ENDPOINT_URL it deploys to that endpoint (Gatelet);
without, to AWS, where ROLE_ARN names the role that the function runs with (role-policy.json is all that it needs).
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).resolve().parent
MODULE = "users.py"
FUNCTION = "usersFunction"
ROLE = "usersFunction-role"
TABLE = "users"
API = "users"
STAGE = "prod"
ROUTES = {"/users": ("GET", "POST"), "/users/{userId}": ("GET", "PUT", "DELETE")}
FIRST_USER = {"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}
NEW_USER = {"name": "John Roe", "email": "john.roe@example.com"}
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
REGION = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
LAMBDA_MAY_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def main() -> None:
    """Bring everything to what this directory says, then print how to call it."""
    functions: Any = boto3.client("lambda", region_name=REGION)
    gateway: Any = boto3.client("apigateway", region_name=REGION)
    ensure_table(boto3.client("dynamodb", region_name=REGION))
    function_arn = ensure_function(functions, ensure_role())
    api_id = ensure_api(gateway)
    definition = ensure_routes(gateway, api_id, function_arn)
    ensure_permission(functions, function_arn, api_id)
    ensure_stage(gateway, api_id, definition)
    wait_for(functions, "function_active_v2")
    url = invoke_url(api_id)
    print(f"Invoke URL: {url}")
    print(f"curl -H 'Content-Type: application/json' -d '{json.dumps(NEW_USER)}' \"{url}/users\"")
    print(f'curl "{url}/users?userId=12345"')


def ensure_table(tables: Any) -> None:
    """The table of users by id; a new one has a first user."""
    try:
        tables.create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": "userId", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "userId", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    except tables.exceptions.ResourceInUseException:
        return
    tables.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    tables.put_item(TableName=TABLE, Item={name: {"S": value} for name, value in FIRST_USER.items()})
    print(f"Created the table {TABLE}")


def ensure_role() -> str:
    """The ARN of ROLE_ARN, or of a role made here with role-policy.json."""
    if given := os.environ.get("ROLE_ARN"):
        return given
    if not ENDPOINT:
        sys.exit("Set ROLE_ARN to the role that the function runs with (role-policy.json is all that it needs).")
    iam = boto3.client("iam", region_name=REGION)
    try:
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(LAMBDA_MAY_ASSUME))["Role"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=ROLE)["Role"]
    policy = (HERE / "role-policy.json").read_text(encoding="utf-8")
    iam.put_role_policy(RoleName=ROLE, PolicyName="users", PolicyDocument=policy)
    return str(role["Arn"])


def ensure_function(functions: Any, role: str) -> str:
    """Create the function, or update what differs. Returns its ARN."""
    code = bundle()
    settings = {
        "Role": role,
        "Handler": "users.lambda_handler",
        "Runtime": "python3.13",
        "Timeout": 10,
        "Environment": {"Variables": {"TABLE_NAME": TABLE}},
    }
    try:
        function = functions.get_function_configuration(FunctionName=FUNCTION)
    except functions.exceptions.ResourceNotFoundException:
        function = functions.create_function(FunctionName=FUNCTION, Code={"ZipFile": code}, **settings)
        print(f"Created the function {FUNCTION}")
    if function["CodeSha256"] != sha256(code):
        wait_for(functions, "function_updated_v2")
        functions.update_function_code(FunctionName=FUNCTION, ZipFile=code)
        print(f"Updated the code of {FUNCTION}")
    if any(function.get(name) != value for name, value in settings.items()):
        wait_for(functions, "function_updated_v2")
        functions.update_function_configuration(FunctionName=FUNCTION, **settings)
        print(f"Updated the configuration of {FUNCTION}")
    return str(function["FunctionArn"])


def wait_for(functions: Any, state: str) -> None:
    """Until boto3's waiter of that name sees the function there."""
    functions.get_waiter(state).wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})


def bundle() -> bytes:
    """The code as a zip archive, the same bytes for the same code."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundled:
        entry = zipfile.ZipInfo(MODULE, date_time=(1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        bundled.writestr(entry, (HERE / MODULE).read_bytes())
    return archive.getvalue()


def sha256(code: bytes) -> str:
    """As Lambda's CodeSha256 tells it."""
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


def ensure_api(gateway: Any) -> str:
    """The id of the REST API with our name."""
    for page in gateway.get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            if api["name"] == API:
                return str(api["id"])
    print(f"Created the REST API {API}")
    return str(gateway.create_rest_api(name=API)["id"])


def ensure_routes(gateway: Any, api_id: str, function_arn: str) -> str:
    """Every route, with its Lambda proxy integration. Returns what they say, for the deployment's description."""
    partition = function_arn.split(":")[1]
    uri = f"arn:{partition}:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
    resources = {resource["path"]: resource for page in pages for resource in page["items"]}
    for path, methods in ROUTES.items():
        parent, _, part = path.rpartition("/")
        if path not in resources:
            resources[path] = gateway.create_resource(
                restApiId=api_id, parentId=resources[parent or "/"]["id"], pathPart=part
            )
        for http_method in methods:
            at = {"restApiId": api_id, "resourceId": resources[path]["id"], "httpMethod": http_method}
            method = resources[path].get("resourceMethods", {}).get(http_method)
            if method is None:
                method = gateway.put_method(**at, authorizationType="NONE")
            if method.get("methodIntegration", {}).get("uri") != uri:
                gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
                print(f"Connected {http_method} {path} to the function")
    served = ", ".join(f"{'|'.join(methods)} {path}" for path, methods in ROUTES.items())
    return f"{served} -> {uri}"


def ensure_permission(functions: Any, function_arn: str, api_id: str) -> None:
    """Let this API's routes, in any stage, invoke the function."""
    partition, account = function_arn.split(":")[1], function_arn.split(":")[4]
    try:
        functions.add_permission(
            FunctionName=FUNCTION,
            StatementId=f"apigateway-{api_id}-users",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{REGION}:{account}:{api_id}/*/*/users*",
        )
    except functions.exceptions.ResourceConflictException:
        return
    print("Allowed the API to invoke the function")


def ensure_stage(gateway: Any, api_id: str, definition: str) -> None:
    """Deploy to the stage, unless it serves this definition already."""
    for stage in gateway.get_stages(restApiId=api_id)["item"]:
        if stage["stageName"] == STAGE:
            deployed = gateway.get_deployment(restApiId=api_id, deploymentId=stage["deploymentId"])
            if deployed.get("description") == definition:
                return
    gateway.create_deployment(restApiId=api_id, stageName=STAGE, description=definition)
    print(f"Deployed to the stage {STAGE}")


def invoke_url(api_id: str) -> str:
    """Where the stage answers."""
    if ENDPOINT:
        return f"{ENDPOINT}/_aws/execute-api/{api_id}/{STAGE}"
    return f"https://{api_id}.execute-api.{REGION}.amazonaws.com/{STAGE}"


if __name__ == "__main__":
    main()
