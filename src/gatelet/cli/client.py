"""A small client of a running Gatelet: signed calls over http.client, so that commands start fast."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import sleep
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from gatelet.aws import quotas
from gatelet.aws.clock import SystemClock
from gatelet.cli.failure import CallRefused, CommandFailed, NoServer
from gatelet.wire.signing import sign

_HEALTH_SECONDS = 5
_CALL_SECONDS = 960  # longer than the longest function
_UPDATE_TRIES = 1_000
_UPDATE_WAIT_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Calls of one Gatelet in one region.

    ``environment`` gives the keys (default: test/test) and AWS_CA_BUNDLE, as for any AWS client. Every
    method raises NoServer, and CallRefused for an AWS error.
    """

    def __init__(self, endpoint: str, region: str, environment: Mapping[str, str]) -> None:
        self.endpoint = endpoint
        self._region = region
        self._access_key_id = environment.get("AWS_ACCESS_KEY_ID", "test")
        self._secret = environment.get("AWS_SECRET_ACCESS_KEY", "test")
        self._token = environment.get("AWS_SESSION_TOKEN")
        self._ca_bundle = environment.get("AWS_CA_BUNDLE") or None
        try:
            url = urlsplit(endpoint)
            self._secure, self._host, self._port = url.scheme == "https", url.hostname or "", url.port
        except ValueError as error:
            raise CommandFailed(f"{endpoint} is not a URL: {error}") from error
        if url.scheme not in {"http", "https"} or not self._host:
            raise CommandFailed(f"{endpoint} is not an http or https URL.")
        self._netloc = url.netloc.rpartition("@")[2]

    def environment(self) -> dict[str, str]:
        """What another AWS client needs to reach the same Gatelet."""
        environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_REGION": self._region,
            "AWS_ACCESS_KEY_ID": self._access_key_id,
            "AWS_SECRET_ACCESS_KEY": self._secret,
        }
        optional = {"AWS_SESSION_TOKEN": self._token, "AWS_CA_BUNDLE": self._ca_bundle}
        return environment | {name: value for name, value in optional.items() if value}

    def health(self) -> dict[str, Any]:
        """The server's own account of itself; NoServer if something else answers."""
        answer = self._send("GET", "/health", {}, b"", timeout=_HEALTH_SECONDS)
        try:
            health: dict[str, Any] = json.loads(answer.body)
            if "gatelet" in health:
                return health
        except (ValueError, TypeError):
            pass
        raise NoServer(self.endpoint, "something else does")

    def top(self) -> dict[str, Any]:
        """What the server has counted since its start (gatelet.server.top_page)."""
        answer = self._send("GET", "/_gatelet/top", {}, b"", timeout=_HEALTH_SECONDS)
        if answer.status >= 300:
            raise _refusal(answer)
        page: dict[str, Any] = json.loads(answer.body)
        return page

    def invoke(self, function: str, payload: bytes, *, tail: bool, debug_port: int = 0) -> Answer:
        """Lambda's Invoke; ``tail`` asks for the log's last 4 KB, a port makes it wait there for a debugger."""
        path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"
        headers = {"X-Amz-Log-Type": "Tail"} if tail else {}
        if debug_port:
            headers["X-Gatelet-Debug"] = str(debug_port)
        timeout = quotas.DEBUG_SECONDS if debug_port else _CALL_SECONDS
        return self._call("lambda", "POST", path, headers, payload, timeout=timeout)

    def task_root(self, function: str, debug_port: int) -> str:
        """Where a debugger on that port will see the function's code, if the function may be debugged there."""
        path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"
        headers = {"X-Amz-Invocation-Type": "DryRun", "X-Gatelet-Debug": str(debug_port)}
        return self._call("lambda", "POST", path, headers, b"{}").headers["x-gatelet-task-root"]

    def code(self, function: str) -> bytes:
        """The archive that the function was deployed with (GetFunction's Location)."""
        answer = self._get("lambda", f"/2015-03-31/functions/{quote(function, safe='')}")
        url = urlsplit(answer["Code"]["Location"])
        downloaded = self._send("GET", f"{url.path}?{url.query}", {}, b"", timeout=_CALL_SECONDS)
        if downloaded.status >= 300:
            raise _refusal(downloaded)
        return downloaded.body

    def update_code(self, function: str, archive: bytes) -> None:
        """UpdateFunctionCode; returns when the new code is served. An update that is in progress is waited for."""
        path = f"/2015-03-31/functions/{quote(function, safe='')}"
        body = json.dumps({"ZipFile": base64.b64encode(archive).decode()}).encode()
        for _ in range(_UPDATE_TRIES):
            try:
                self._call("lambda", "PUT", f"{path}/code", {"Content-Type": "application/json"}, body)
                break
            except CallRefused as refusal:
                if refusal.code != "ResourceConflictException":
                    raise
                sleep(_UPDATE_WAIT_SECONDS)
        for _ in range(_UPDATE_TRIES):
            configuration = self._get("lambda", f"{path}/configuration")
            if configuration.get("LastUpdateStatus") != "InProgress":
                break
            sleep(_UPDATE_WAIT_SECONDS)
        if configuration.get("LastUpdateStatus") != "Successful":
            raise CommandFailed(f"{function} was not updated: {configuration.get('LastUpdateStatusReason')}")

    def explain(self, request_id: str) -> dict[str, Any]:
        """Why a request to an invoke URL went as it did."""
        return self._get("gatelet", f"/_gatelet/requests/{quote(request_id, safe='')}")

    def functions(self) -> list[dict[str, Any]]:
        """Every function (Lambda's ListFunctions)."""
        return list(self._pages("lambda", "/2015-03-31/functions", "Functions", "Marker", "NextMarker"))

    def functions_in_full(self) -> list[dict[str, Any]]:
        """Every function, each with its published ``versions``, its ``aliases`` and its ``urls``."""
        found = []
        for function in self.functions():
            try:
                found.append({**function, **self._parts(function["FunctionName"])})
            except CallRefused as refusal:
                if refusal.code != "ResourceNotFoundException":  # it was deleted meanwhile
                    raise
        return found

    def _parts(self, function: str) -> dict[str, list[dict[str, Any]]]:
        path = f"functions/{quote(function, safe='')}"
        versions = self._pages("lambda", f"/2015-03-31/{path}/versions", "Versions", "Marker", "NextMarker")
        aliases = self._pages("lambda", f"/2015-03-31/{path}/aliases", "Aliases", "Marker", "NextMarker")
        urls = self._pages("lambda", f"/2021-10-31/{path}/urls", "FunctionUrlConfigs", "Marker", "NextMarker")
        published = [version for version in versions if version["Version"] != "$LATEST"]
        return {"versions": published, "aliases": list(aliases), "urls": list(urls)}

    def rest_apis(self) -> list[dict[str, Any]]:
        """Every REST API (GetRestApis), each with its ``stages``."""
        apis = list(self._pages("apigateway", "/restapis", "item", "position", "position"))
        for api in apis:
            api["stages"] = self._get("apigateway", f"/restapis/{quote(api['id'], safe='')}/stages").get("item", [])
        return apis

    def log_groups(self) -> list[str]:
        """The names of all log groups."""
        return [group["logGroupName"] for group in self._log_pages("DescribeLogGroups", {}, "logGroups")]

    def filter_log_events(self, group: str, since_ms: int) -> list[dict[str, Any]]:
        """The events of a group since a moment (epoch milliseconds), every page."""
        request = {"logGroupName": group, "startTime": max(since_ms, 0)}
        return list(self._log_pages("FilterLogEvents", request, "events"))

    def query(self, service: str, form: bytes) -> bytes:
        """A call of the query protocol (IAM, STS): the XML of its answer."""
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self._call(service, "POST", "/", headers, form).body

    def _pages(self, service: str, path: str, items: str, asked: str, told: str) -> Iterator[dict[str, Any]]:
        query = ""
        while True:
            page = self._get(service, path, query)
            yield from page.get(items, [])
            if not page.get(told):
                return
            query = urlencode({asked: page[told]})

    def _log_pages(self, operation: str, request: Mapping[str, Any], items: str) -> Iterator[dict[str, Any]]:
        headers = {"X-Amz-Target": f"Logs_20140328.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        token: dict[str, str] = {}
        while True:
            body = json.dumps({**request, **token}).encode()
            page = json.loads(self._call("logs", "POST", "/", headers, body).body or b"{}")
            yield from page.get(items, [])
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}

    def _get(self, service: str, path: str, query: str = "") -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._call(service, "GET", path, {}, b"", query).body)
        return content

    def _call(
        self,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: str = "",
        timeout: float = _CALL_SECONDS,
    ) -> Answer:
        signed = sign(
            method,
            path,
            headers={"Host": self._netloc, **headers},
            body=body,
            access_key_id=self._access_key_id,
            secret_access_key=self._secret,
            session_token=self._token,
            region=self._region,
            service=service,
            now=SystemClock().now(),
            query=query,
        )
        answer = self._send(method, f"{path}?{query}" if query else path, signed, body, timeout=timeout)
        if answer.status >= 300:
            raise _refusal(answer)
        return answer

    def _send(self, method: str, target: str, headers: Mapping[str, str], body: bytes, *, timeout: float) -> Answer:
        connection = self._connection(timeout)
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoServer(self.endpoint, _reason(error)) from error
        finally:
            connection.close()

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        import ssl

        try:
            context = ssl.create_default_context(cafile=self._ca_bundle)
        except OSError as error:
            raise CommandFailed(f"AWS_CA_BUNDLE ({self._ca_bundle}) cannot be used: {error}") from error
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=context)


def _reason(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"its certificate is not trusted: name the issuer's in AWS_CA_BUNDLE; {error}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _refusal(answer: Answer) -> CallRefused:
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = {}
    if not isinstance(content, dict):
        content = {}
    code = answer.headers.get("x-amzn-errortype") or content.get("__type") or str(answer.status)
    message = content.get("message") or content.get("Message") or answer.body.decode("utf-8", "replace")
    return CallRefused(code.partition(":")[0], message)
