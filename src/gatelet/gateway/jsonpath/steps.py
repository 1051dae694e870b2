"""Paths become closures: each step takes all the values that the steps before it reached and gives its own.

A path is definite if every step leads to one place at most. On a definite way a step that cannot be taken
raises PathNotFound; behind an indefinite one it is passed over. ``required`` (a path by itself in a filter):
a missing name raises there too. Reference: Jayway JsonPath's documentation, "What is Returned When?".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatelet.gateway.jsonpath.conditions import Accepts, compile_condition
from gatelet.gateway.jsonpath.errors import PathNotFound
from gatelet.gateway.jsonpath.functions import COMPUTE
from gatelet.gateway.jsonpath.run import Run
from gatelet.gateway.jsonpath.tree import (
    Argument,
    DeepScan,
    Filter,
    Function,
    Indices,
    Literal,
    Names,
    Slice,
    Step,
    Steps,
    Wildcard,
)

Stage = Callable[[list[object], Run], list[object]]
_LENGTHS = frozenset({"length", "size"})
_NESTS = (dict, list)


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled path."""

    definite: bool
    stages: tuple[Stage, ...]

    def read(self, document: object, run: Run) -> object:
        """The value of a definite path, the list of values of another. Raises PathError."""
        values = [document]
        for stage in self.stages:
            values = stage(values, run)
        if not self.definite:
            return values
        if not values:
            raise PathNotFound("the path leads nowhere")
        return values[-1]


@dataclass(frozen=True, slots=True)
class _Way:
    """How a step is reached and left."""

    definite: bool  # every step before it is
    leaf: bool  # none comes behind it
    required: bool


def compile_steps(path: Steps, *, required: bool = False) -> Query:
    """The path as closures."""
    steps = _function_first(path.steps)
    stages: list[Stage] = []
    definite = True
    place = 0
    while place < len(steps):
        step = steps[place]
        if isinstance(step, DeepScan):
            definite = False
            place += 1
            way = _Way(definite=False, leaf=place + 1 == len(steps), required=required)
            stages.append(_deep_scan(steps[place], way))
        else:
            way = _Way(definite=definite, leaf=place + 1 == len(steps), required=required)
            stages.append(_stage(step, way))
            definite = definite and _leads_to_one(step, leaf=way.leaf)
        place += 1
    return Query(definite, tuple(stages))


def _function_first(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """``$..path.function()`` computes once, over all that the scan finds: it is ``$.function($..path)``."""
    if not steps or not isinstance(steps[0], DeepScan):
        return steps
    for place, step in enumerate(steps):
        if isinstance(step, Function):
            found = Steps(steps[:place], relative=True)
            return (Function(step.name, (found, *step.arguments)), *steps[place + 1 :])
    return steps


def _leads_to_one(step: Step, *, leaf: bool) -> bool:
    if isinstance(step, Names):
        return leaf or len(step.names) == 1
    if isinstance(step, Indices):
        return len(step.indices) == 1
    return isinstance(step, Function)


def _stage(step: Step, way: _Way) -> Stage:
    match step:
        case Names(names) if len(names) == 1:
            return _name(names[0], way)
        case Names(names) if way.leaf:
            return _each(_merge(names, way))
        case Names(names):
            return _each(_names(names, way))
        case Indices(indices):
            return _each(_indices(indices, way))
        case Slice(start, end):
            return _each(_slice(start, end, way))
        case Wildcard():
            return _each(_children)
        case Filter(condition):
            return _filter(compile_condition(condition, compile_steps), way)
        case Function(name, arguments):
            return _function(name, arguments)
        case DeepScan():  # the caller joins it with the step behind it
            raise AssertionError(step)


def _name(name: str, way: _Way) -> Stage:
    strict = way.required or (way.definite and not way.leaf)

    def stage(values: list[object], run: Run) -> list[object]:
        run.spend(len(values))
        found = []
        for value in values:
            if isinstance(value, dict):
                if name in value:
                    found.append(value[name])
                elif strict:
                    raise PathNotFound(f"there is no '{name}'")
            elif way.definite:
                raise PathNotFound(f"'{name}' is asked of what is not an object")
        return found

    return stage


Visit = Callable[[object], Sequence[object]]


def _each(visit: Visit) -> Stage:
    def stage(values: list[object], run: Run) -> list[object]:
        found: list[object] = []
        for value in values:
            reached = visit(value)
            run.spend(1 + len(reached))
            found += reached
        return found

    return stage


def _merge(names: tuple[str, ...], way: _Way) -> Visit:
    def visit(value: object) -> Sequence[object]:
        if not isinstance(value, dict):
            if way.definite:
                raise PathNotFound("names are asked of what is not an object")
            return ()
        if way.required and not all(name in value for name in names):
            raise PathNotFound("a name is missing")
        return ({name: value[name] for name in names if name in value},)

    return visit


def _names(names: tuple[str, ...], way: _Way) -> Visit:
    def visit(value: object) -> Sequence[object]:
        if not isinstance(value, dict):
            if way.definite:
                raise PathNotFound("names are asked of what is not an object")
            return ()
        if way.required and not all(name in value for name in names):
            raise PathNotFound("a name is missing")
        return [value[name] for name in names if name in value]

    return visit


def _indices(indices: tuple[int, ...], way: _Way) -> Visit:
    def visit(value: object) -> Sequence[object]:
        if not isinstance(value, list):
            if way.definite:
                raise PathNotFound("an index is asked of what is not an array")
            return ()
        length = len(value)
        return [value[index] for index in indices if -length <= index < length]

    return visit


def _slice(start: int | None, end: int | None, way: _Way) -> Visit:
    def visit(value: object) -> Sequence[object]:
        if not isinstance(value, list):
            if way.definite:
                raise PathNotFound("a slice is asked of what is not an array")
            return ()
        if start is None or end is None:
            return value[start:end]
        # Jayway counts from start to end and takes each number as an index: [-4:1] goes round the end
        length = len(value)
        return [value[index] for index in range(max(start, -length), min(end, length))]

    return visit


def _children(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _filter(accepts: Accepts, way: _Way) -> Stage:
    def stage(values: list[object], run: Run) -> list[object]:
        found: list[object] = []
        for value in values:
            if isinstance(value, dict):
                if accepts(value, run):
                    found.append(value)
            elif isinstance(value, list):
                found += [item for item in value if accepts(item, run)]
            elif way.definite:
                raise PathNotFound("a filter is asked of what is neither an object nor an array")
        return found

    return stage


def _deep_scan(step: Step, way: _Way) -> Stage:
    """The step at every object and array, each before those within it."""
    match step:
        case Names((name,)):
            return _deep_name(name)
    take = _stage(step, way)
    wants = _wanted(step, way)

    def stage(values: list[object], run: Run) -> list[object]:
        found: list[object] = []
        waiting = values[::-1]
        while waiting:
            value = waiting.pop()
            children = _children(value)
            run.spend(1 + len(children))
            if wants(value, run):
                found += take([value], run)
            waiting += [child for child in reversed(children) if isinstance(child, _NESTS)]
        return found

    return stage


def _deep_name(name: str) -> Stage:
    """``..name``, the most common scan, in one loop: where the name is not, nothing is asked."""

    def stage(values: list[object], run: Run) -> list[object]:
        found: list[object] = []
        waiting, spend = values[::-1], run.spend
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                spend(2 + len(value))
                if name in value:
                    found.append(value[name])
                waiting += [child for child in reversed(value.values()) if isinstance(child, _NESTS)]
            elif isinstance(value, list):
                spend(1 + len(value))
                waiting += [child for child in reversed(value) if isinstance(child, _NESTS)]
        return found

    return stage


def _wanted(step: Step, way: _Way) -> Accepts:
    """Where a scan takes its step. A filter asks the object or array itself, so it never meets a plain value."""
    match step:
        case Names(names) if way.leaf or len(names) == 1:
            return lambda value, _run: isinstance(value, dict) and all(name in value for name in names)
        case Names():
            return lambda value, _run: isinstance(value, dict)
        case Indices() | Slice():
            return lambda value, _run: isinstance(value, list)
        case Filter(condition):
            accepts = compile_condition(condition, compile_steps)
            return lambda value, run: isinstance(value, _NESTS) and accepts(value, run)
    return lambda value, _run: isinstance(value, _NESTS)


def _function(name: str, arguments: tuple[Argument, ...]) -> Stage:
    compute = COMPUTE[name]
    readers = [_argument(name, argument) for argument in arguments]

    def stage(values: list[object], run: Run) -> list[object]:
        run.spend(len(values) * (1 + len(readers)))
        return [compute(value, [reader(value, run) for reader in readers], run) for value in values]

    return stage


def _argument(name: str, argument: Argument) -> Callable[[object, Run], object]:
    """Reads an argument; ``@`` is the value that the function is asked of."""
    if isinstance(argument, Literal):
        return lambda _value, _run: argument.value
    steps = argument.steps
    if name in _LENGTHS and not any(isinstance(step, Function) for step in steps):
        steps = (*steps, Wildcard())  # the length of a path is the number of values below it
    query = compile_steps(Steps(steps, argument.relative))
    if argument.relative:
        return query.read
    return lambda _value, run: query.read(run.root, run)
