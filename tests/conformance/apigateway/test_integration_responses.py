"""The rows of unit/control/apigateway/test_integration_responses.py again, over HTTP with boto3."""

from tests.unit.control.apigateway.test_integration_responses import *  # noqa: F403 - one set of tests, two drivers
