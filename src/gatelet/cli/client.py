"""A small client of a running Gatelet: signed calls over http.client, so that commands start fast."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from gatelet.aws.clock import SystemClock
from gatelet.cli.failure import CommandFailed, NoServer
from gatelet.wire.signing import sign

_TIMEOUT_SECONDS = 960  # longer than the longest function


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Calls of one Gatelet in one region, with the keys of the environment (default: test/test)."""

    def __init__(self, endpoint: str, region: str, environment: Mapping[str, str] = os.environ) -> None:
        self._url = urlsplit(endpoint)
        self.endpoint = endpoint
        self._region = region
        self._access_key_id = environment.get("AWS_ACCESS_KEY_ID", "test")
        self._secret = environment.get("AWS_SECRET_ACCESS_KEY", "test")

    def environment(self) -> dict[str, str]:
        """What another AWS client needs to reach the same Gatelet."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_REGION": self._region,
            "AWS_ACCESS_KEY_ID": self._access_key_id,
            "AWS_SECRET_ACCESS_KEY": self._secret,
        }

    def health(self) -> dict[str, Any]:
        """The server's own account of itself. Raises NoServer."""
        answer = self._send("GET", "/health", "", {}, b"", timeout=5)
        try:
            content = json.loads(answer.body)
        except ValueError:
            raise NoServer(self.endpoint) from None
        if "gatelet" not in content:
            raise NoServer(self.endpoint)
        health: dict[str, Any] = content
        return health

    def invoke(self, function: str, payload: bytes, *, tail: bool) -> Answer:
        """Lambda's Invoke."""
        headers = {"X-Amz-Log-Type": "Tail"} if tail else {}
        path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"
        return self._checked(self._signed("lambda", "POST", path, headers, payload))

    def functions(self) -> list[dict[str, Any]]:
        """Lambda's ListFunctions: the first page."""
        answer = self._checked(self._signed("lambda", "GET", "/2015-03-31/functions", {}, b""))
        functions: list[dict[str, Any]] = json.loads(answer.body)["Functions"]
        return functions

    def rest_apis(self) -> list[dict[str, Any]]:
        """API Gateway's GetRestApis: the first page, each with its ``stages``."""
        found: list[dict[str, Any]] = self._json("apigateway", "/restapis").get("item", [])
        for api in found:
            api["stages"] = self._json("apigateway", f"/restapis/{api['id']}/stages").get("item", [])
        return found

    def log_groups(self) -> list[str]:
        """The names of the log groups: the first page."""
        return [group["logGroupName"] for group in self._logs("DescribeLogGroups", {}).get("logGroups", [])]

    def filter_log_events(self, group: str, since_ms: int) -> list[dict[str, Any]]:
        """The events of a group since a moment (epoch milliseconds), every page."""
        events: list[dict[str, Any]] = []
        request: dict[str, Any] = {"logGroupName": group, "startTime": since_ms}
        while True:
            page = self._logs("FilterLogEvents", request)
            events.extend(page.get("events", []))
            if "nextToken" not in page:
                return events
            request["nextToken"] = page["nextToken"]

    def _json(self, service: str, path: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._checked(self._signed(service, "GET", path, {}, b"")).body)
        return content

    def _logs(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Amz-Target": f"Logs_20140328.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        answer = self._checked(self._signed("logs", "POST", "/", headers, json.dumps(request).encode()))
        content: dict[str, Any] = json.loads(answer.body or b"{}")
        return content

    def _checked(self, answer: Answer) -> Answer:
        if answer.status >= 300:
            kind = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
            try:
                content = json.loads(answer.body)
            except ValueError:
                content = {}
            message = content.get("message") or content.get("Message") or answer.body.decode("utf-8", "replace")
            raise CommandFailed(f"{kind or content.get('__type', answer.status)}: {message}")
        return answer

    def _signed(self, service: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        signed = sign(
            method,
            path,
            headers={"Host": self._url.netloc, **headers},
            body=body,
            access_key_id=self._access_key_id,
            secret_access_key=self._secret,
            region=self._region,
            service=service,
            now=SystemClock().now(),
        )
        return self._send(method, path, "", signed, body, timeout=_TIMEOUT_SECONDS)

    def _send(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, *, timeout: float
    ) -> Answer:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "127.0.0.1", self._url.port, timeout=timeout)
        try:
            connection.request(method, f"{path}?{query}" if query else path, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoServer(self.endpoint) from error
        finally:
            connection.close()
