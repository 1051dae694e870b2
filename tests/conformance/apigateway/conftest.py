"""The control plane over HTTP: boto3 calls a running Gatelet, each test in an account of its own."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.unit.control.apigateway.plane import NOW, Api, PatchingPlane

from gatelet.aws.scope import DEFAULT_ACCOUNT


class HttpPlane(PatchingPlane):
    """The same words as the driver in memory. Times must be recent and are told as ``NOW``.

    The account is told as the default one.
    """

    def __init__(self, endpoint: str, session: boto3.session.Session, account: str) -> None:
        self.account = account
        self._endpoint = endpoint
        self._session = session
        self._clients: dict[str, Any] = {}

    def client(self, region: str = "us-east-1") -> Any:
        """The account's client in a region."""
        if region not in self._clients:
            self._clients[region] = self._session.client(
                "apigateway",
                region_name=region,
                endpoint_url=self._endpoint,
                aws_access_key_id=self.account,
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            )
        return self._clients[region]

    def __call__(self, name: str, /, *, region: str = "us-east-1", **params: Any) -> dict[str, Any]:
        given = {member: value for member, value in params.items() if value is not None}
        response = getattr(self.client(region), xform_name(name))(**given)
        del response["ResponseMetadata"]
        told: dict[str, Any] = _with_now(response)
        return told

    def fails(self, name: str, /, **params: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            self(name, **params)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"].replace(self.account, DEFAULT_ACCOUNT)


def _with_now(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_now(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_now(member) for member in value]
    if isinstance(value, datetime):
        assert abs(value.timestamp() - time.time()) < 3600
        return NOW
    return value


@pytest.fixture(scope="session")
def aws_session() -> boto3.session.Session:
    """One session, so that the service's model is read once."""
    return boto3.session.Session()


@pytest.fixture(scope="session")
def accounts() -> Iterator[str]:
    """Account numbers that nobody else uses."""
    return (f"{number:012d}" for number in itertools.count(700_000_000_000))


@pytest.fixture
def plane(gatelet: Any, aws_session: boto3.session.Session, accounts: Iterator[str]) -> HttpPlane:
    return HttpPlane(gatelet.endpoint, aws_session, next(accounts))


@pytest.fixture
def api(plane: HttpPlane) -> Api:
    return plane.api()
