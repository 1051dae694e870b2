"""What a mapping template sees: ``$input``, ``$context``, ``$stageVariables`` and ``$util``.

Reference: apigateway-mapping-templates sections 2 to 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import orjson

from gatelet.gateway import context, jsonpath
from gatelet.gateway.mapping import json_text
from gatelet.gateway.mapping.errors import InvalidJsonBody, TemplateFunctionFailed
from gatelet.gateway.mapping.parameters import Body
from gatelet.gateway.mapping.template_functions import FUNCTIONS
from gatelet.gateway.off_loop import Effort
from gatelet.gateway.parameters import RequestParameters
from gatelet.gateway.trace import Trace
from gatelet.gateway.vtl import EvaluationFailed, HostObject, LimitExceeded
from gatelet.gateway.vtl.host import UNKNOWN
from gatelet.gateway.vtl.limits import Budget, Limits
from gatelet.gateway.vtl.values import Entry, JavaList, text_of

_Methods = Mapping[str, Callable[..., object]]

_compiled = lru_cache(maxsize=1_024)(jsonpath.compile_path)
"""Templates read the same few paths again and again."""

_MISSING_JSON = '""'
_NO_JSON = object()


class Input(HostObject):
    """``$input``: the body, and the parameters of the method's request."""

    __slots__ = ("_allowance", "_body", "_parameters")

    def __init__(self, body: Body, parameters: RequestParameters, effort: Effort) -> None:
        self._body = body
        self._parameters = parameters
        self._allowance = jsonpath.Allowance(effort.visits)

    def method(self, name: str) -> Callable[..., object] | None:
        """Made for each call: if it kept them it would hold itself, and the body stay until cycles are collected."""
        match name:
            case "path":
                return self.path
            case "json":
                return self.json
            case "params":
                return self.params
        return None

    def get_property(self, name: str) -> object:
        """``$input.body``."""
        return self._body.text if name == "body" else None

    def path(self, path: object) -> object:
        """``$input.path('$.x')``: the value, null for a missing path or a body that is not JSON."""
        found = self._read(path)
        return None if found is _NO_JSON else found

    def json(self, path: object) -> str:
        """``$input.json('$.x')``: its JSON text, ``""`` where there is none."""
        found = self._read(path)
        return _MISSING_JSON if found is _NO_JSON else json_of(found)

    def params(self, *names: object) -> object:
        """``$input.params('x')``: path, then query string, then header; without a name the three maps."""
        parameters = self._parameters
        if not names:
            return {
                "path": dict(parameters.path),
                "querystring": {name: values[-1] for name, values in parameters.query.items()},
                "header": {name: values[-1] for name, values in parameters.headers.items()},
            }
        (name,) = names
        if not isinstance(name, str):
            return ""
        if name in parameters.path:
            return parameters.path[name]
        values = parameters.query.get(name) or parameters.headers.get(name)
        return values[-1] if values else ""

    def _read(self, path: object) -> object:
        """The value at a path, _NO_JSON where there is none."""
        if not isinstance(path, str):
            raise EvaluationFailed("a JSONPath must be a string")
        try:
            return _compiled(path).read(self._body.document(), self._allowance)
        except (jsonpath.PathNotFound, InvalidJsonBody):
            return _NO_JSON
        except jsonpath.LimitExceeded as exceeded:
            raise LimitExceeded(str(exceeded)) from exceeded
        except jsonpath.JsonPathError as error:
            raise EvaluationFailed(f"Invalid JSONPath {path}: {error}") from error


def json_of(value: object) -> str:
    """A value as compact JSON. Raises EvaluationFailed for what nests too deeply."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # whole numbers beyond 64 bits, decimals
        try:
            return json_text.dump(value)
        except ValueError as error:
            raise EvaluationFailed(str(error)) from error


class Util(HostObject):
    """``$util``: six functions of text. A value that is no text is given as it prints; null stays null."""

    __slots__ = ("_functions",)

    def __init__(self) -> None:
        self._functions = {name: _of_text(function) for name, function in FUNCTIONS.items()}

    def method(self, name: str) -> Callable[..., object] | None:
        """One of the functions."""
        return self._functions.get(name)


def _of_text(function: Callable[[str | None], object]) -> Callable[[object], object]:
    def call(value: object) -> object:
        if type(value) is not str and value is not None and not isinstance(value, str):
            value = text_of(value, Budget(Limits()))
        try:
            return function(value)
        except TemplateFunctionFailed as failed:
            raise EvaluationFailed(str(failed)) from failed

    return call


UTIL: Final = Util()


class ContextView(HostObject):
    """``$context``, or a group of it (``$context.identity``); as a whole it prints nothing (recorded)."""

    __slots__ = ("_group", "_groups", "_trace")

    def __init__(self, trace: Trace, group: str = "") -> None:
        self._trace = trace
        self._group = group
        self._groups: dict[str, ContextView] | None = None

    @property
    def methods(self) -> _Methods:
        """The methods of a map."""
        return {
            "get": lambda name: self.get_property(str(name)),
            "keySet": self._names,
            "containsKey": lambda name: name in self._names(),
            "entrySet": lambda: JavaList(self._entries()),
            "values": lambda: JavaList(self.items()),
            "size": lambda: len(self._names()),
            "isEmpty": lambda: not self._names(),
        }

    def get_property(self, name: str) -> object:
        """A variable; a group of them as another view; the overrides as what can be set."""
        read = context.TABLES.get(self._group, context.NOTHING).get(name)
        if read is not None:
            return read(self._trace)
        if self._groups is not None and name in self._groups:
            return self._groups[name]
        return self._special(name)

    def find(self, path: str) -> object:
        """``$context.identity.sourceIp`` at once."""
        read = None if self._group else context.VARIABLES.get(path)
        return UNKNOWN if read is None else read(self._trace)

    def _special(self, name: str) -> object:
        trace, group = self._trace, self._group
        if not group and name == "requestOverride":
            return trace.overrides.request
        if not group and name == "responseOverride":
            return trace.overrides.response
        full = f"{group}.{name}" if group else name
        if full not in context.GROUPS:
            return context.find(trace, full)
        if self._groups is None:
            self._groups = {}
        view = self._groups[name] = ContextView(trace, full)
        return view

    def items(self) -> list[object]:
        """The values, in the order of the keys."""
        return [self.get_property(name) for name in context.members(self._trace, self._group)]

    def _names(self) -> JavaList:
        return JavaList(context.members(self._trace, self._group))

    def _entries(self) -> list[object]:
        return [Entry(name, self.get_property(name)) for name in context.members(self._trace, self._group)]
