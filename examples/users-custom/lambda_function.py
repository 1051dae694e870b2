# lambda_function.py
USERS = {
    "12345": {"name": "Jane Doe", "email": "jane.doe@example.com"},
    "67890": {"name": "John Roe", "email": "john.roe@example.com"},
}


def lambda_handler(event, context):
    # The request template made the event: {"userId": "..."}. What is returned is the body, what is raised
    # is matched against the selection patterns of the integration responses.
    user = USERS.get(event["userId"])
    if user is None:
        raise LookupError(f"[NotFound] No user has the id {event['userId']}")
    return {"userId": event["userId"], **user}
