"""Which function URL a request names: every form, decided from host and path alone. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

PATH_PREFIX = "/_aws/lambda-url/"
"""``/_aws/lambda-url/{urlId}/{path}``: the form that Gatelet prints, for it needs no name service."""

_HOST = re.compile(
    r"(?P<id>[a-z0-9]+)\.lambda-url\.(?P<region>[a-z0-9-]+)\.(?:on\.aws|localhost(?:\.localstack\.cloud)?)\.?(?::[0-9]+)?",
    re.IGNORECASE,
)


class UrlAddress(NamedTuple):
    """``path`` is raw and begins with ``/``; ``domain`` is the Host without its port, empty in the path form."""

    url_id: str
    path: str
    domain: str = ""


def parse_function_url(host: str, raw_path: str) -> UrlAddress | None:
    """What host and path name, or None: no function URL. It may name one that does not exist."""
    match = _HOST.fullmatch(host) if "lambda-url" in host.lower() else None
    if match is not None:
        domain = host.lower().partition(":")[0].removesuffix(".")
        return UrlAddress(match["id"].lower(), raw_path or "/", domain)
    if raw_path.startswith(PATH_PREFIX):
        url_id, _, path = raw_path[len(PATH_PREFIX) :].partition("/")
        return UrlAddress(url_id, f"/{path}") if url_id else None
    return None


def aws_domain(url_id: str, region: str) -> str:
    """The host that AWS gives the URL: what handlers see where the path form was used."""
    return f"{url_id}.lambda-url.{region}.on.aws"


def shown_url(endpoint: str, url_id: str) -> str:
    """``FunctionUrl`` as a client on this machine can follow it; ``endpoint`` is the base URL that it uses."""
    return f"{endpoint}{PATH_PREFIX}{url_id}/"
