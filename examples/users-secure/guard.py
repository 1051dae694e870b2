"""The Lambda authorizer: whoever knows the shared token may call the method that was asked for."""

import hmac
import os


def lambda_handler(event, context):
    scheme, _, token = event["authorizationToken"].partition(" ")
    if scheme != "Bearer":
        raise Exception("Unauthorized")  # API Gateway answers 401
    allowed = hmac.compare_digest(token.encode(), os.environ["SHARED_TOKEN"].encode())
    statement = {
        "Effect": "Allow" if allowed else "Deny",
        "Action": "execute-api:Invoke",
        "Resource": event["methodArn"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "holder-of-the-token", "policyDocument": policy}
