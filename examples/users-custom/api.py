"""What the API is: a method, what it takes, what it asks the function, and what it makes of the answer.

Each part is the arguments of the boto3 call that makes it.
"""

from __future__ import annotations

JSON = "application/json"

METHOD = {
    "authorizationType": "NONE",
    "requestParameters": {"method.request.querystring.userId": True},
}
"""``userId`` is required: without it the validator answers 400, and the function is not called."""

VALIDATOR = {"name": "parameters", "validateRequestParameters": True, "validateRequestBody": False}

EVENT = r"""{
  "userId": "$util.escapeJavaScript($input.params('userId')).replaceAll("\\'", "'")"
}
"""
"""The request template: the query string's ``userId`` becomes the event that the function gets."""

INTEGRATION = {
    "type": "AWS",
    "integrationHttpMethod": "POST",
    "requestTemplates": {JSON: EVENT},
    "passthroughBehavior": "WHEN_NO_TEMPLATES",
}

FAILURE = r"""#set($text = $input.path('$.errorMessage').replaceAll("\[NotFound\] ", ""))
{"message": "$util.escapeJavaScript($text).replaceAll("\\'", "'")"}
"""
"""The response template of a failure: the function's own words, without the mark that the pattern looks for."""

RESPONSES = {
    "200": {"responseParameters": {"method.response.header.X-User-Id": "integration.response.body.userId"}},
    "404": {"selectionPattern": r"\[NotFound\].*", "responseTemplates": {JSON: FAILURE}},
    "500": {"selectionPattern": ".+", "responseTemplates": {JSON: '{"message": "Something went wrong"}'}},
}
"""By status. A function that succeeds has no error message, and goes to the one without a pattern."""
