"""The rows of unit/control/apigateway/test_account_and_tags.py again, over HTTP with boto3."""

from tests.unit.control.apigateway.test_account_and_tags import *  # noqa: F403 - one set of tests, two drivers
