"""The door: what kind of request this is, decided before anything else looks at it. Pure.

Invoke-URL forms come first, whatever headers a request carries; then the house's own pages; the rest is
the control plane, which a web page must not be able to reach. Refused are:

- an unknown ``Host``: a name of the attacker's that suddenly means this machine (DNS rebinding);
- a foreign ``Origin``: what scripts and forms of another site send;
- a ``Sec-Fetch-Site`` other than ``same-origin``, and any navigation: an image, a frame or a link sends no
  ``Origin``, and a presigned URL needs no header (in the development mode its signature is no secret).

A page cannot leave these headers out or forge them; an AWS client sends none but ``Host``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from gatelet.aws import quotas
from gatelet.functions.urls.address import UrlAddress, parse_function_url
from gatelet.gateway.invoke_url import InvokeAddress, parse_invoke_url
from gatelet.http.request import Request
from gatelet.server.hosted_ui_address import PoolPage, parse_pool_page
from gatelet.server.services import BY_SIGNING_NAME

_AWS_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")
_LOCAL_NAMES = frozenset({"localhost", "localhost.localstack.cloud"})
_LOCAL_SUFFIXES = (".localhost", ".localhost.localstack.cloud")
_AWS_NAME = re.compile(r"(?P<service>[a-z0-9-]+)(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
"""``lambda.us-east-1.amazonaws.com``, ``iam.amazonaws.com``: for clients whose names are redirected here."""
_HOSTS = 1_024
_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.%]+)\]|(?P<name>[^:\[\]@/]*))(?::[0-9]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """403, and the reason for the log and the client."""

    reason: str


@dataclass(frozen=True, slots=True)
class House:
    """A page of Gatelet itself: ``/health`` and the like."""

    path: str


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A call of an AWS API."""


Destination = InvokeAddress | UrlAddress | PoolPage | House | ControlCall | Refusal

HOUSE_PAGES = frozenset({"/health", "/livez", "/readyz", "/metrics", "/_gatelet/health", "/_gatelet/top"})
HOUSE_PREFIXES = ("/_gatelet/code/", "/_gatelet/requests/")


class Door:
    """Decides for one listener."""

    __slots__ = ("_names", "_public", "knows")

    def __init__(self, names: Iterable[str] = (), *, data_plane_only: bool = False) -> None:
        self._names = frozenset(name.lower() for name in names) | _LOCAL_NAMES
        self._public = data_plane_only
        self.knows: Callable[[str], bool] = lru_cache(maxsize=_HOSTS)(self._knows)
        """Whether a Host header names this Gatelet; clients send the same few again and again."""

    def decide(self, request: Request) -> Destination:
        """Where the request goes."""
        host = request.header("host") or ""
        address = parse_invoke_url(host, request.path) or parse_function_url(host, request.path)
        if self._public:
            # The invoke port never reaches a control operation.
            page = parse_pool_page(request.path) if address is None else None
            return address or page or Refusal("this port serves invoke URLs and function URLs only")
        if not self.knows(host):
            return Refusal(f"the host {host!r} is not one of this Gatelet's names (setting: hosts)")
        if address is not None:
            return address
        page = parse_pool_page(request.path)
        if page is not None:
            return page  # for browsers that come from other sites: it proves by itself what must be proved
        origin = request.header("origin")
        if origin is not None and origin.partition("://")[2].lower() != host.lower():
            return Refusal(f"the origin {origin!r} is foreign: the control plane answers to no other site")
        if request.path in HOUSE_PAGES or request.path.startswith(HOUSE_PREFIXES):
            return House(request.path)
        site = request.header("sec-fetch-site")
        if site is not None and (site != "same-origin" or request.header("sec-fetch-mode") == "navigate"):
            return Refusal("a web page's links, images and forms never reach the control plane")
        return ControlCall()

    def _knows(self, host: str) -> bool:
        """Addresses always do: rebinding needs a name."""
        name = _host_name(host)
        if name in self._names or name.endswith(_LOCAL_SUFFIXES) or _is_aws_name(name):
            return True
        if parse_function_url(name, "/") is not None:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _host_name(host: str) -> str:
    """The host in lower case, without its port; empty if the header is none."""
    match = _HOST.fullmatch(host)
    return "" if match is None else (match["v6"] or match["name"]).lower()


def _is_aws_name(name: str) -> bool:
    """Whether it is an endpoint of AWS: not any name below amazonaws.com, for those of machines are anyone's."""
    match = _AWS_NAME.fullmatch(name)
    if match is not None:
        return match["service"] in BY_SIGNING_NAME
    return name.endswith(_AWS_SUFFIXES) and parse_invoke_url(name, "/") is not None


def edge_body_limit(method: str, path: str, headers: list[tuple[str, str]]) -> int:  # noqa: ARG001 - the hook's shape
    """Bytes that the body of a request to the edge port may have: code archives and batches of items come inside."""
    if path.startswith("/2015-03-31/functions"):
        host = next((value for name, value in headers if name.lower() == "host"), "")
        # An API or a function may have such a path, too.
        if parse_invoke_url(host, path) is None and parse_function_url(host, path) is None:
            return quotas.CREATE_FUNCTION_REQUEST_BYTES
    if path == "/" and any(
        name.lower() == "x-amz-target" and value.startswith("DynamoDB_20120810.") for name, value in headers
    ):
        return quotas.DYNAMODB_BODY_BYTES
    return quotas.GATEWAY_BODY_BYTES
