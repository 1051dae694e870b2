"""The function behind every method: it answers with who called, as API Gateway has found out."""

import json


def lambda_handler(event, context):
    found = event["requestContext"]
    authorizer = found.get("authorizer") or {}
    identity = found["identity"]
    caller = {
        "lambda": authorizer.get("principalId"),
        "cognito": authorizer.get("claims", {}).get("cognito:username"),
        "iam": identity.get("userArn"),
        "key": identity.get("apiKeyId"),
    }
    body = {"path": event["path"], "caller": {name: value for name, value in caller.items() if value}}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
