"""Deploy GET /users with a Lambda custom integration. Safe to run again: puts everything as api.py says.

It needs boto3 and, in the environment, a region and keys. With AWS_ENDPOINT_URL it deploys to that endpoint (Gatelet);
without, to AWS, where ROLE_ARN names the role that the function runs with (role-policy.json is all that it needs).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import api
import boto3

HERE = Path(__file__).resolve().parent
FUNCTION = "getUserCustomFunction"
API = "users-custom"
STAGE = "prod"
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
REGION = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"

gateway: Any = boto3.client("apigateway", region_name=REGION)
functions: Any = boto3.client("lambda", region_name=REGION)


def main() -> None:
    """Function, API, permission, stage; then the line that calls it."""
    arn = put_function()
    api_id = find_or_create_api()
    definition = put_method(api_id, put_resource(api_id), arn)
    permit(arn, api_id)
    deploy(api_id, definition)
    functions.get_waiter("function_active_v2").wait(
        FunctionName=FUNCTION, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
    )
    url = f"https://{api_id}.execute-api.{REGION}.amazonaws.com/{STAGE}"
    if ENDPOINT:
        url = f"{ENDPOINT}/_aws/execute-api/{api_id}/{STAGE}"
    print(f'curl "{url}/users?userId=12345"')


def put_function() -> str:
    """The function with this directory's code; its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        # A fixed date: the same code is the same archive, which Lambda knows by its hash
        entry = zipfile.ZipInfo("lambda_function.py", (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, (HERE / "lambda_function.py").read_text(encoding="utf-8"))
    try:
        made = functions.create_function(
            FunctionName=FUNCTION,
            Runtime="python3.13",
            Role=role(),
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": packed.getvalue()},
        )
    except functions.exceptions.ResourceConflictException:
        functions.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)
        made = functions.update_function_code(FunctionName=FUNCTION, ZipFile=packed.getvalue())
    return str(made["FunctionArn"])


def role() -> str:
    """ROLE_ARN, or on Gatelet a role made here with role-policy.json."""
    if not ENDPOINT or os.environ.get("ROLE_ARN"):
        return os.environ.get("ROLE_ARN") or sys.exit("Set ROLE_ARN to the role that the function runs with.")
    iam = boto3.client("iam", region_name=REGION)
    name = f"{FUNCTION}-role"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
    policy = (HERE / "role-policy.json").read_text(encoding="utf-8")
    iam.put_role_policy(RoleName=name, PolicyName="write-own-log", PolicyDocument=policy)
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def find_or_create_api() -> str:
    """The id of the REST API with our name."""
    pages = gateway.get_paginator("get_rest_apis").paginate()
    known = {item["name"]: item["id"] for page in pages for item in page["items"]}
    return str(known.get(API) or gateway.create_rest_api(name=API)["id"])


def put_resource(api_id: str) -> str:
    """The id of /users."""
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id)
    known = {item["path"]: item["id"] for page in pages for item in page["items"]}
    if "/users" not in known:
        return str(gateway.create_resource(restApiId=api_id, parentId=known["/"], pathPart="users")["id"])
    return str(known["/users"])


def put_method(api_id: str, resource_id: str, arn: str) -> str:
    """GET /users as api.py has it. Returns a digest of all that was put, which names the deployment."""
    uri = f"arn:{arn.split(':')[1]}:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    at = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": "GET"}
    validator = put_validator(api_id)
    try:
        gateway.put_method(**at, **api.METHOD, requestValidatorId=validator)
    except gateway.exceptions.ConflictException:
        gateway.delete_method(**at)
        gateway.put_method(**at, **api.METHOD, requestValidatorId=validator)
    gateway.put_integration(**at, **api.INTEGRATION, uri=uri)
    for status, response in api.RESPONSES.items():
        headers = dict.fromkeys(response.get("responseParameters", {}), False)
        gateway.put_method_response(**at, statusCode=status, responseParameters=headers)
        gateway.put_integration_response(**at, statusCode=status, **response)
    everything = json.dumps([api.METHOD, api.VALIDATOR, api.INTEGRATION, api.RESPONSES, uri])
    return hashlib.sha256(everything.encode()).hexdigest()


def put_validator(api_id: str) -> str:
    """The id of the request validator."""
    for known in gateway.get_request_validators(restApiId=api_id, limit=500)["items"]:
        if known.get("name") == api.VALIDATOR["name"]:
            return str(known["id"])
    return str(gateway.create_request_validator(restApiId=api_id, **api.VALIDATOR)["id"])


def permit(arn: str, api_id: str) -> None:
    """Let this API's GET /users, in any stage, invoke the function."""
    _, partition, _, region, account, *_ = arn.split(":")
    with suppress(functions.exceptions.ResourceConflictException):
        functions.add_permission(
            FunctionName=FUNCTION,
            StatementId=f"{API}-{api_id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{region}:{account}:{api_id}/*/GET/users",
        )


def deploy(api_id: str, definition: str) -> None:
    """Deploy to the stage, unless it serves this definition already."""
    served = {stage["stageName"]: stage["deploymentId"] for stage in gateway.get_stages(restApiId=api_id)["item"]}
    if STAGE in served:
        deployment = gateway.get_deployment(restApiId=api_id, deploymentId=served[STAGE])
        if deployment.get("description") == definition:
            return
    gateway.create_deployment(restApiId=api_id, stageName=STAGE, description=definition)
    print(f"Deployed to the stage {STAGE}")


if __name__ == "__main__":
    main()
