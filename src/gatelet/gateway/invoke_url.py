"""Which API and stage a URL names: every form of an invoke URL, decided before anything else.

Reference: apigateway-data-plane section 2; the two path forms are the convention of local emulators.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

PATH_PREFIX = "/_aws/execute-api/"
"""``/_aws/execute-api/{api}/{stage}/{path}``: the form that Gatelet prints."""

RESTAPIS_PREFIX = "/restapis/"
RESTAPIS_MARK = "_user_request_"
"""``/restapis/{api}/{stage}/_user_request_/{path}``."""

HOST_MARK = "execute-api"
LOCAL_SUFFIXES = ("localhost", "localhost.localstack.cloud")
"""``{api}.execute-api.`` and one of these."""

REGIONAL_SUFFIXES = (("localhost",), ("amazonaws", "com"), ("amazonaws", "com", "cn"))
"""``{api}.execute-api.{region}.`` and the labels of one of these."""

Form = Literal["path", "host"]


class InvokeAddress(NamedTuple):
    """What an invoke URL names. ``path`` is everything after the stage, raw: empty, or it begins with ``/``.

    ``domain`` is the Host, lower-cased and without its port, in the host form; empty in the path forms.
    """

    api_id: str
    stage: str
    path: str
    form: Form
    domain: str = ""


def parse_invoke_url(host: str, raw_path: str) -> InvokeAddress | None:
    """What the URL names, or None: it is no invoke URL. Pure; ``host`` is the Host header as sent.

    An address may name an API or a stage that does not exist; the stage may even be empty.
    """
    if HOST_MARK in host.lower():
        domain = _domain(host)
        named = _api_of_domain(domain)
        if named is not None:
            stage, slash, path = raw_path.lstrip("/").partition("/")  # ``//stage/x`` names the same stage (recorded)
            return InvokeAddress(named, stage, slash + path, "host", domain)
    if raw_path.startswith(PATH_PREFIX):
        api_id, _, rest = raw_path[len(PATH_PREFIX) :].partition("/")
        stage, slash, path = rest.lstrip("/").partition("/")
        return InvokeAddress(api_id, stage, slash + path, "path") if api_id else None
    if raw_path.startswith(RESTAPIS_PREFIX):
        parts = raw_path[len(RESTAPIS_PREFIX) :].split("/", 3)
        if len(parts) >= 3 and parts[2] == RESTAPIS_MARK and parts[0] and parts[1]:
            return InvokeAddress(parts[0], parts[1], f"/{parts[3]}" if len(parts) == 4 else "", "path")
    # Everything else below /restapis belongs to the control plane.
    return None


def _domain(host: str) -> str:
    """The host in lower case, without its port and without the root's dot."""
    name, colon, port = host.lower().rpartition(":")
    return (name if colon and port.isdigit() else host.lower()).removesuffix(".")


def _api_of_domain(domain: str) -> str | None:
    api_id, _, rest = domain.partition(".")
    mark, _, suffix = rest.partition(".")
    if mark != HOST_MARK or not api_id or not suffix:
        return None
    if suffix in LOCAL_SUFFIXES:
        return api_id
    region, *labels = suffix.split(".")
    return api_id if region and tuple(labels) in REGIONAL_SUFFIXES else None
