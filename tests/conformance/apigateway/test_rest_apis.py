"""The rows of unit/control/apigateway/test_rest_apis.py again, over HTTP with boto3."""

from tests.unit.control.apigateway.test_rest_apis import *  # noqa: F403 - one set of tests, two drivers
