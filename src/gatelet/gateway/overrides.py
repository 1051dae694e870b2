"""``$context.requestOverride`` and ``$context.responseOverride``: what a template sets beside its output.

Reference: apigateway-mapping-templates section 3, apigateway-data-plane section 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatelet.gateway.vtl import EvaluationFailed, HostObject
from gatelet.gateway.vtl.values import JavaList


class OverrideMap(HostObject):
    """One place of overrides (``header``): names with their values. Each may be set once by a template."""

    __slots__ = ("_fixed", "values")

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self._fixed: set[str] = set()

    @property
    def methods(self) -> Mapping[str, Callable[..., object]]:
        """The methods of a map."""
        return {
            "get": self.values.get,
            "put": self._put,
            "keySet": lambda: JavaList(self.values),
            "containsKey": lambda name: name in self.values,
            "size": lambda: len(self.values),
            "isEmpty": lambda: not self.values,
        }

    def get_property(self, name: str) -> object:
        """A value that was set."""
        return self.values.get(name)

    def set_property(self, name: str, value: object) -> None:
        """Set a value. Raises EvaluationFailed for one that the same template has set (docs: 5XX)."""
        if name in self._fixed:
            raise EvaluationFailed(f"The parameter {name} is overridden more than once")
        self._fixed.add(name)
        self.values[name] = value

    def items(self) -> list[object]:
        """The values."""
        return list(self.values.values())

    def _put(self, name: object, value: object) -> object:
        before = self.values.get(str(name))
        self.set_property(str(name), value)
        return before

    def copy(self) -> OverrideMap:
        """What another template begins with: what is set may be set again."""
        new = OverrideMap()
        new.values = dict(self.values)
        return new


class OverrideObject(HostObject):
    """``requestOverride`` (places path, header, querystring) or ``responseOverride`` (header, and status once set)."""

    __slots__ = ("_places", "_values")

    def __init__(self, *places: str) -> None:
        self._places = {name: OverrideMap() for name in places}
        self._values = OverrideMap()

    @property
    def methods(self) -> Mapping[str, Callable[..., object]]:
        """The methods of a map."""
        return {
            "get": self.get_property,
            "put": self._put,
            "keySet": lambda: JavaList((*self._places, *self._values.values)),
            "containsKey": lambda name: name in self._places or name in self._values.values,
        }

    def get_property(self, name: str) -> object:
        """A place, or a value of the template's own."""
        return self._places.get(name) or self._values.get_property(name)

    def set_property(self, name: str, value: object) -> None:
        """``status``, or a name of the template's own, which the response template can read (recorded)."""
        place = self._places.get(name)
        if place is None:
            self._values.set_property(name, value)
        elif isinstance(value, dict):  # a whole map at once
            for key, item in value.items():
                place.set_property(str(key), item)

    def items(self) -> list[object]:
        """The places and values."""
        return [*self._places.values(), *self._values.values.values()]

    def _put(self, name: object, value: object) -> object:
        self.set_property(str(name), value)
        return None

    def place(self, name: str) -> Mapping[str, object]:
        """What was set at a place, by name."""
        return self._places[name].values

    def value(self, name: str) -> object:
        """A value beside the places, or None."""
        return self._values.values.get(name)

    def copy(self) -> OverrideObject:
        """What another template begins with."""
        new = OverrideObject()
        new._places = {name: place.copy() for name, place in self._places.items()}
        new._values = self._values.copy()
        return new


class Overrides:
    """What the templates of one request have set."""

    __slots__ = ("request", "response")

    def __init__(self) -> None:
        self.request = OverrideObject("path", "header", "querystring")
        self.response = OverrideObject("header")

    def copy(self) -> Overrides:
        """What another template begins with: each parameter may be set once in it."""
        new = Overrides()
        new.request, new.response = self.request.copy(), self.response.copy()
        return new
