"""Deploy one API with four methods, each guarded in its own way. Safe to run again: creates what is missing.

It needs boto3 and, in the environment, a region and keys. With AWS_ENDPOINT_URL it deploys to that endpoint (Gatelet);
without, to AWS, where ROLE_ARN names the role that the functions run with.
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).resolve().parent
NAME = "users-secure"
STAGE = "prod"
FUNCTIONS = {"usersSecure": "users.py", "usersSecureGuard": "guard.py"}
SHARED_TOKEN = os.environ.get("SHARED_TOKEN", "open-sesame")
PATHS = ("lambda", "cognito", "iam", "key")
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
HEADER = "method.request.header.Authorization"
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
REGION = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def main() -> None:
    """Bring everything to what this directory says, then print how to call it."""
    arns = ensure_functions(boto3.client("lambda", region_name=REGION))
    pool, client_id = ensure_pool(boto3.client("cognito-idp", region_name=REGION))
    gateway: Any = boto3.client("apigateway", region_name=REGION)
    api_id, made = ensure_api(gateway)
    if made:
        build(gateway, api_id, arns, pool["Arn"])
        allow(boto3.client("lambda", region_name=REGION), api_id)
        gateway.create_deployment(restApiId=api_id, stageName=STAGE)
    key = ensure_key(gateway, api_id)
    print(f"Invoke URL: {invoke_url(api_id)}")
    print(f"User pool: {pool['Id']}")
    print(f"Client: {client_id}")
    print(f"API key: {key}")


def ensure_functions(functions: Any) -> dict[str, str]:
    """Both functions; their ARNs by name."""
    arns = {}
    for name, module in FUNCTIONS.items():
        try:
            arns[name] = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
        except functions.exceptions.ResourceNotFoundException:
            arns[name] = functions.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role(),
                Handler=module.replace(".py", ".lambda_handler"),
                Code={"ZipFile": bundle(module)},
                Environment={"Variables": {"SHARED_TOKEN": SHARED_TOKEN}},
            )["FunctionArn"]
            print(f"Created the function {name}")
    for name in FUNCTIONS:
        functions.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
        )
    return arns


def role() -> str:
    """The role that the functions run with; on Gatelet they need none of its permissions."""
    given = os.environ.get("ROLE_ARN")
    if not given and not ENDPOINT:
        sys.exit("Set ROLE_ARN to the role that the functions run with.")
    return given or "arn:aws:iam::000000000000:role/usersSecure-role"


def bundle(module: str) -> bytes:
    """The module as a zip archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundled:
        entry = zipfile.ZipInfo(module, date_time=(1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        bundled.writestr(entry, (HERE / module).read_bytes())
    return archive.getvalue()


def ensure_pool(cognito: Any) -> tuple[Any, str]:
    """The user pool and the id of its client."""
    pools = cognito.list_user_pools(MaxResults=60)["UserPools"]
    pool_id = next((pool["Id"] for pool in pools if pool["Name"] == NAME), None)
    if pool_id is None:
        pool_id = cognito.create_user_pool(PoolName=NAME, AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
        cognito.create_user_pool_client(UserPoolId=pool_id, ClientName=NAME, ExplicitAuthFlows=FLOWS)
        print(f"Created the user pool {NAME}")
    client = cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=1)["UserPoolClients"][0]
    return cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"], client["ClientId"]


def ensure_api(gateway: Any) -> tuple[str, bool]:
    """The id of the REST API with our name, and whether it is new."""
    for page in gateway.get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            if api["name"] == NAME:
                return str(api["id"]), False
    print(f"Created the REST API {NAME}")
    return str(gateway.create_rest_api(name=NAME)["id"]), True


def build(gateway: Any, api_id: str, arns: dict[str, str], pool_arn: str) -> None:
    """The two authorizers and the four methods."""
    common = {"restApiId": api_id, "identitySource": HEADER}
    guard = gateway.create_authorizer(**common, name="guard", type="TOKEN", authorizerUri=uri(arns["usersSecureGuard"]))
    users = gateway.create_authorizer(**common, name="users", type="COGNITO_USER_POOLS", providerARNs=[pool_arn])
    guarded: dict[str, dict[str, Any]] = {
        "lambda": {"authorizationType": "CUSTOM", "authorizerId": guard["id"]},
        "cognito": {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": users["id"]},
        "iam": {"authorizationType": "AWS_IAM"},
        "key": {"authorizationType": "NONE", "apiKeyRequired": True},
    }
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    for path in PATHS:
        resource = gateway.create_resource(restApiId=api_id, parentId=root, pathPart=path)["id"]
        at = {"restApiId": api_id, "resourceId": resource, "httpMethod": "GET"}
        gateway.put_method(**at, **guarded[path])
        gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(arns["usersSecure"]))
        print(f"Connected GET /{path}")


def uri(function_arn: str) -> str:
    """How API Gateway names a function."""
    partition = function_arn.split(":")[1]
    return f"arn:{partition}:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def allow(functions: Any, api_id: str) -> None:
    """Let this API's methods, and its authorizers, invoke their functions."""
    for name, what in (("usersSecure", "*/GET/*"), ("usersSecureGuard", "authorizers/*")):
        arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
        partition, account = arn.split(":")[1], arn.split(":")[4]
        functions.add_permission(
            FunctionName=name,
            StatementId=f"apigateway-{api_id}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{REGION}:{account}:{api_id}/{what}",
        )


def ensure_key(gateway: Any, api_id: str) -> str:
    """The value of an API key in a usage plan of the stage."""
    keys = gateway.get_api_keys(nameQuery=NAME, includeValues=True)["items"]
    if keys:
        return str(keys[0]["value"])
    key = gateway.create_api_key(name=NAME, enabled=True)
    plan = gateway.create_usage_plan(name=NAME, apiStages=[{"apiId": api_id, "stage": STAGE}])
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    print("Created the API key")
    return str(key["value"])


def invoke_url(api_id: str) -> str:
    """Where the stage answers."""
    if ENDPOINT:
        return f"{ENDPOINT}/_aws/execute-api/{api_id}/{STAGE}"
    return f"https://{api_id}.execute-api.{REGION}.amazonaws.com/{STAGE}"


if __name__ == "__main__":
    main()
