"""The context object that a Python handler gets (lambda-execution section 5)."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from .faults import Fault
from .frames import Meta


class CognitoIdentity:
    """Ids of a Cognito identity; None unless the caller had one."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self) -> None:
        self.cognito_identity_id: str | None = None
        self.cognito_identity_pool_id: str | None = None


class Client:
    """The mobile client that a ClientContext describes."""

    __slots__ = ("app_package_name", "app_title", "app_version_code", "app_version_name", "installation_id")

    def __init__(self, members: dict[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, members.get(name))


class ClientContext:
    """``client``, ``custom`` and ``env`` of the caller's ClientContext; nothing else survives."""

    __slots__ = ("client", "custom", "env")

    def __init__(self, members: dict[str, Any]) -> None:
        client = members.get("client")
        self.client = Client(client) if isinstance(client, dict) else None
        self.custom = members.get("custom")
        self.env = members.get("env")


def client_context(raw: bytes) -> ClientContext | None:
    """Parse the ClientContext of an invocation. Raises Fault."""
    if not raw:
        return None
    try:
        members = json.loads(raw)
    except ValueError as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", f"Unable to parse Client Context JSON: {error}") from None
    return ClientContext(members if isinstance(members, dict) else {})


class LambdaContext:
    """One invocation's context."""

    function_name = ""
    function_version = ""
    memory_limit_in_mb = ""
    log_group_name = ""
    log_stream_name = ""
    tenant_id: str | None = None

    def __init__(self, meta: Meta) -> None:
        self.aws_request_id = meta.request_id
        self.invoked_function_arn = meta.function_arn
        self.client_context = client_context(meta.client_context) if meta.client_context else None
        self.identity = CognitoIdentity()
        now = int(time.time() * 1000)  # noqa: TID251 - the worker's clock
        self._epoch_deadline_time_in_ms = now + meta.milliseconds

    @classmethod
    def configure(cls) -> None:
        """Take what all invocations share from the environment variables."""
        environment = os.environ.get
        cls.function_name = environment("AWS_LAMBDA_FUNCTION_NAME", "")
        cls.function_version = environment("AWS_LAMBDA_FUNCTION_VERSION", "")
        cls.memory_limit_in_mb = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        cls.log_group_name = environment("AWS_LAMBDA_LOG_GROUP_NAME", "")
        cls.log_stream_name = environment("AWS_LAMBDA_LOG_STREAM_NAME", "")

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout; never negative."""
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))  # noqa: TID251 - the worker's clock

    def log(self, message: object) -> None:
        """Write to the function's log, as the runtime's own context does."""
        print(message)  # noqa: T201 - standard output is the function's log
