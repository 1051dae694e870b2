"""Routing (apigateway-data-plane section 3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.method import Method, Misconfiguration, Resource
from gatelet.gateway.router import ANY_VERBS, Route, Router


def router(tree: dict[str, str]) -> Router:
    """``tree`` maps paths to verbs, separated by blanks."""
    return Router(
        (Resource(path, path), {verb: Method(verb, Misconfiguration(""), "", b"") for verb in verbs.split()})
        for path, verbs in tree.items()
    )


def shown(route: Route | None) -> str | None:
    """``VERB path name=value ...`` of a route."""
    if route is None:
        return None
    values = [f"{name}={value}" for name, value in (route.path_parameters or {}).items()]
    return " ".join([route.method.verb, route.resource.path, *values])


TREE = {
    "/": "GET",
    "/users": "GET ANY",
    "/users/me": "PATCH",
    "/users/{id}": "GET",
    "/users/{id}/books": "OPTIONS",
    "/things": "",
    "/things/real": "GET",
    "/things/{proxy+}": "ANY",
    "/parent": "GET",
    "/parent/child": "GET",
    "/parent/{child}": "GET",
    "/parent/{child}/{proxy+}": "GET",
    "/admin": "POST",
    "/deep/{a}/x": "GET",
    "/deep/b/{rest+}": "GET",
    "/users:batch": "GET",
}


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("GET /", "GET /"),
        ("GET ", "GET /"),  # a stage-only URL (section 2)
        ("GET //", "GET /"),
        ("GET /users", "GET /users"),  # the verb itself before ANY
        ("POST /users", "ANY /users"),
        ("HEAD /users", "ANY /users"),
        ("TRACE /users", None),  # not one of ANY's seven
        ("ANY /users", None),  # a name for verbs, and none itself (X-HTTP-Method-Override can say anything)
        ("GET /users/", "GET /users"),  # a trailing slash is ignored
        ("GET //users", "GET /users"),  # leading ones collapse
        ("GET /users/me", "GET /users/{id} id=me"),  # the pair counts: falls back to the parameter
        ("PATCH /users/me", "PATCH /users/me"),
        ("POST /users/me", None),
        ("HEAD /users/7", None),  # HEAD is not served by GET
        ("GET /users/test%2Balias@x.org", "GET /users/{id} id=test%2Balias@x.org"),  # values stay encoded
        ("GET /users/a%2Fb", "GET /users/{id} id=a%2Fb"),
        ("GET /Users", None),  # case-sensitive
        ("GET /users/7/books", None),
        ("GET /things/real", "GET /things/real"),
        ("POST /things/real", "ANY /things/{proxy+} proxy=real"),
        ("GET /things", None),  # greedy needs a segment
        ("GET /things/", None),
        ("GET /things/a//b", "ANY /things/{proxy+} proxy=a//b"),  # kept
        ("GET /things/proxy-value/", "ANY /things/{proxy+} proxy=proxy-value"),  # stripped
        ("GET /parent/child", "GET /parent/child"),
        ("GET /parent/other", "GET /parent/{child} child=other"),
        ("GET /parent/other/a/b", "GET /parent/{child}/{proxy+} child=other proxy=a/b"),
        ("GET /parent/child/a", "GET /parent/{child}/{proxy+} child=child proxy=a"),  # another branch
        ("GET /admin", None),
        ("GET /deep/b/x", "GET /deep/b/{rest+} rest=x"),
        ("GET /deep/c/x", "GET /deep/{a}/x a=c"),
        ("GET /deep/c/y", None),
        ("GET /users%3Abatch", "GET /users:batch"),
        ("GET /nothing", None),
    ],
)
def test_match(request_line: str, expected: str | None) -> None:
    verb, _, path = request_line.partition(" ")
    assert shown(router(TREE).match(verb, path)) == expected


def test_an_open_proxy_serves_what_a_protected_resource_lacks() -> None:
    """Section 3, the rows about ``/admin`` and about method-less intermediates."""
    routes = router({"/": "", "/admin": "POST", "/a": "OPTIONS", "/a/b": "", "/{proxy+}": "ANY"})
    assert shown(routes.match("GET", "/admin")) == "ANY /{proxy+} proxy=admin"
    assert shown(routes.match("POST", "/admin")) == "POST /admin"
    assert shown(routes.match("GET", "/a/b")) == "ANY /{proxy+} proxy=a/b"
    assert routes.match("GET", "/") is None


# A brute-force oracle: try every resource on the path, order those that match by what stands at each segment.

SEGMENTS = st.sampled_from(["a", "b", "{x}", "{y+}"])
PATHS = st.lists(SEGMENTS, max_size=4).filter(lambda path: "{y+}" not in path[:-1])
RESOURCES = st.dictionaries(
    PATHS.map(lambda path: "/" + "/".join(path)),
    st.sets(st.sampled_from(["GET", "POST", "ANY"])).map(" ".join),
    max_size=9,
)


def oracle(tree: dict[str, str], verb: str, path: str) -> str | None:
    segments = [] if not path.strip("/") else path.strip("/").split("/")
    found = []
    for resource, verbs in tree.items():
        pattern = [] if resource == "/" else resource[1:].split("/")
        served = verb if verb in verbs.split() else "ANY" if "ANY" in verbs.split() and verb in ANY_VERBS else None
        values = served and fit(pattern, segments)
        if values is not None and served:
            rank = [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in pattern]
            found.append((rank, " ".join([served, resource, *values])))
    return min(found)[1] if found else None


def fit(pattern: list[str], segments: list[str]) -> list[str] | None:
    if pattern and pattern[-1].endswith("+}"):
        if len(segments) < len(pattern):
            return None
        segments = [*segments[: len(pattern) - 1], "/".join(segments[len(pattern) - 1 :])]
    if len(pattern) != len(segments):
        return None
    values = []
    for part, segment in zip(pattern, segments, strict=True):
        if part.endswith("+}"):
            values.append(f"{part[1:-2]}={segment}")
        elif part.startswith("{"):
            if not segment:
                return None
            values.append(f"{part[1:-1]}={segment}")
        elif part != segment:
            return None
    return values


@given(
    tree=RESOURCES,
    verb=st.sampled_from(["GET", "POST", "HEAD", "TRACE"]),
    path=st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=5).map(lambda parts: "/" + "/".join(parts)),
)
def test_every_match_is_the_oracle_s(tree: dict[str, str], verb: str, path: str) -> None:
    # One parameter name would be doubled in deeper paths, which AWS refuses: names differ by their depth.
    named = {numbered(resource): verbs for resource, verbs in tree.items()}
    assert shown(router(named).match(verb, path)) == oracle(named, verb, path)


def numbered(path: str) -> str:
    return "/".join(part.replace("{x}", f"{{x{index}}}") for index, part in enumerate(path.split("/")))
