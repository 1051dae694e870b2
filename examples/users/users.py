# users.py
"""The users API: one function behind every route, over a DynamoDB table. Nothing is kept between two calls."""

import json
import os
import uuid

import boto3
from botocore.exceptions import ClientError

# Outside the handler: made once for each environment, and used by every call that it serves
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


class Refused(Exception):
    """What the client did wrong: an HTTP status and a message."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def lambda_handler(event, context):
    try:
        return ROUTES[event["httpMethod"], event["resource"]](event)
    except Refused as refused:
        return answer(refused.status, {"message": str(refused)})
    # Whatever else is raised (AWS says no, say) becomes a 502, with its trace in the function's log


def find_or_list(event):
    """GET /users?userId=, GET /users?limit=&nextToken="""
    query = event["queryStringParameters"] or {}
    if "userId" in query:
        return answer(200, fetch(query["userId"]))
    page = {"Limit": bounded(query.get("limit", "25"))}
    if "nextToken" in query:
        page["ExclusiveStartKey"] = {"userId": checked("nextToken", query["nextToken"])}
    found = table.scan(**page)
    listed = {"users": [shown(user) for user in found["Items"]]}
    if "LastEvaluatedKey" in found:
        listed["nextToken"] = found["LastEvaluatedKey"]["userId"]
    return answer(200, listed)


def get(event):
    """GET /users/{userId}"""
    return answer(200, fetch(event["pathParameters"]["userId"]))


def create(event):
    """POST /users: with the id that the body has, or a new one"""
    body = body_of(event)
    user = user_from(body, body.get("userId", str(uuid.uuid4())))
    put(user, "attribute_not_exists(userId)", Refused(409, f"There is a user with the id {user['userId']}"))
    return answer(201, user)


def replace(event):
    """PUT /users/{userId}"""
    user = user_from(body_of(event), event["pathParameters"]["userId"])
    put(user, "attribute_exists(userId)", unknown(user["userId"]))
    return answer(200, user)


def delete(event):
    """DELETE /users/{userId}"""
    user_id = checked("userId", event["pathParameters"]["userId"])
    if "Attributes" not in table.delete_item(Key={"userId": user_id}, ReturnValues="ALL_OLD"):
        raise unknown(user_id)
    return {"statusCode": 204}


ROUTES = {
    ("GET", "/users"): find_or_list,
    ("POST", "/users"): create,
    ("GET", "/users/{userId}"): get,
    ("PUT", "/users/{userId}"): replace,
    ("DELETE", "/users/{userId}"): delete,
}


def fetch(user_id):
    found = table.get_item(Key={"userId": checked("userId", user_id)})
    if "Item" not in found:
        raise unknown(user_id)
    return shown(found["Item"])


def put(user, condition, otherwise):
    try:
        table.put_item(Item=user, ConditionExpression=condition)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise otherwise from None
        raise


def body_of(event):
    try:
        body = json.loads(event["body"] or "")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The body must be a JSON object")
    return body


def user_from(body, user_id):
    user = {"userId": checked("userId", user_id)}
    return user | {name: checked(name, body.get(name)) for name in ("name", "email")}


def checked(name, value):
    if not isinstance(value, str) or not 0 < len(value) <= 256:
        raise Refused(400, f"{name} must be a string of 1 to 256 characters")
    return value


def bounded(limit):
    if not (limit.isdecimal() and len(limit) < 4 and 0 < int(limit) <= 100):
        raise Refused(400, "limit must be a number from 1 to 100")
    return int(limit)


def unknown(user_id):
    return Refused(404, f"No user has the id {user_id}")


def shown(user):
    return {name: user[name] for name in ("userId", "name", "email")}


def answer(status, content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content),
    }
