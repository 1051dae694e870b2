"""Deploy GET /users: a function, a REST API, a stage. Safe to run again: creates what is missing, updates what differs.

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
FUNCTION = "getUserFunction"
ROLE = "getUserFunction-role"
API = "users"
STAGE = "prod"
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
REGION = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
LAMBDA_MAY_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def main() -> None:
    """Bring everything to what this directory says, then print the invoke URL."""
    functions: Any = boto3.client("lambda", region_name=REGION)
    gateway: Any = boto3.client("apigateway", region_name=REGION)
    function_arn = ensure_function(functions)
    api_id = ensure_api(gateway)
    definition = ensure_method(gateway, api_id, function_arn)
    ensure_permission(functions, function_arn, api_id)
    ensure_stage(gateway, api_id, definition)
    functions.get_waiter("function_active_v2").wait(
        FunctionName=FUNCTION, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
    )
    url = invoke_url(api_id)
    print(f"Invoke URL: {url}")
    print(f'curl "{url}/users?userId=12345"')


def ensure_function(functions: Any) -> str:
    """Create the function, or update its code if the code differs. Returns its ARN."""
    code = bundle()
    try:
        function = functions.get_function_configuration(FunctionName=FUNCTION)
    except functions.exceptions.ResourceNotFoundException:
        function = functions.create_function(
            FunctionName=FUNCTION,
            Runtime="python3.13",
            Role=ensure_role(),
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": code},
        )
        print(f"Created the function {FUNCTION}")
    if function["CodeSha256"] != sha256(code):
        functions.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)
        functions.update_function_code(FunctionName=FUNCTION, ZipFile=code)
        print(f"Updated the code of {FUNCTION}")
    return str(function["FunctionArn"])


def bundle() -> bytes:
    """The code as a zip archive, the same bytes for the same code."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundled:
        entry = zipfile.ZipInfo("lambda_function.py", date_time=(1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        bundled.writestr(entry, (HERE / "lambda_function.py").read_bytes())
    return archive.getvalue()


def sha256(code: bytes) -> str:
    """As Lambda's CodeSha256 tells it."""
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


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
    iam.put_role_policy(
        RoleName=ROLE,
        PolicyName="write-own-log",
        PolicyDocument=(HERE / "role-policy.json").read_text(encoding="utf-8"),
    )
    return str(role["Arn"])


def ensure_api(gateway: Any) -> str:
    """The id of the REST API with our name."""
    for page in gateway.get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            if api["name"] == API:
                return str(api["id"])
    print(f"Created the REST API {API}")
    return str(gateway.create_rest_api(name=API)["id"])


def ensure_method(gateway: Any, api_id: str, function_arn: str) -> str:
    """GET /users with its Lambda proxy integration. Returns what it says, for the deployment's description."""
    partition = function_arn.split(":")[1]
    uri = f"arn:{partition}:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
    resources = {resource["path"]: resource for page in pages for resource in page["items"]}
    users = resources.get("/users") or gateway.create_resource(
        restApiId=api_id, parentId=resources["/"]["id"], pathPart="users"
    )
    at = {"restApiId": api_id, "resourceId": users["id"], "httpMethod": "GET"}
    method = users.get("resourceMethods", {}).get("GET")
    if method is None:
        method = gateway.put_method(**at, authorizationType="NONE")
    if method.get("methodIntegration", {}).get("uri") != uri:
        gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        print("Connected GET /users to the function")
    return f"GET /users -> {uri}"


def ensure_permission(functions: Any, function_arn: str, api_id: str) -> None:
    """Let this API's GET /users, in any stage, invoke the function."""
    partition, account = function_arn.split(":")[1], function_arn.split(":")[4]
    try:
        functions.add_permission(
            FunctionName=FUNCTION,
            StatementId=f"apigateway-{api_id}-get-users",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{REGION}:{account}:{api_id}/*/GET/users",
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
