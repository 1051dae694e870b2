"""What the tests of integrations are written with."""

from __future__ import annotations

UNSUPPORTED = "NotImplementedException"
NO_RESOURCE = ("NotFoundException", "Invalid Resource identifier specified")
NO_METHOD = ("NotFoundException", "Invalid Method identifier specified")
NO_INTEGRATION = ("NotFoundException", "Invalid Integration identifier specified")
NO_STATUS = ("NotFoundException", "Invalid Response status code specified")
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:"
URI = f"{LAMBDA}{FUNCTION}getUserFunction/invocations"
ONLY_LAMBDA = (
    "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
)
NO_ACTION = "AWS ARN for integration must contain path or action"
NO_ARN = "Invalid ARN specified in the request"
ROLE = "arn:aws:iam::000000000000:role/x"
HEADER = "integration.request.header.X-User"
TIMEOUT = "Timeout should be between 50 ms and 29000 ms"


def proxy(**params):
    return {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": URI, **params}


def custom(**params):
    return proxy(**{"type": "AWS", **params})


def http(**params):
    return {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "https://x.test/{id}", **params}


def bad_request(message):
    return "BadRequestException", message


def invalid_mapping(problem):
    return bad_request(f"Invalid mapping expression specified: Validation Result: warnings : [], errors : [{problem}]")
