"""Does a pattern of a policy fit a text of the request: actions, ARNs, plain texts.

Reference: identity section 2 (table of elements).
"""

from __future__ import annotations

from collections.abc import Sequence

from gatelet.policy.asked import ARN_COMPONENTS, Asked
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.variables import Context, Part, Variable, expand, parse, split
from gatelet.policy.wildcard import Glob, Wild


class TextPattern:
    """A text with wildcards and variables; compiled once when it has no variable."""

    __slots__ = ("_literal", "_parts", "_static")

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts
        dynamic = any(isinstance(part, Variable) for part in parts)
        self._static = None if dynamic else Glob(expand(parts, {}))
        self._literal = "".join(part for part in parts if isinstance(part, str)) if _is_literal(parts) else None

    @property
    def literal(self) -> str | None:
        """The text, if it is one without wildcards and variables."""
        return self._literal

    @property
    def dynamic(self) -> bool:
        """Whether it has variables, whose values the request brings."""
        return self._static is None

    @property
    def beginning(self) -> str | None:
        """The text before the ``*``, if that is the only wildcard and stands at the end."""
        *first, last = self._parts or ("",)
        if last is not Wild.MANY or not _is_literal(tuple(first)):
            return None
        return "".join(part for part in first if isinstance(part, str))

    @property
    def needle(self) -> str:
        """The longest literal piece."""
        return max((part for part in self._parts if isinstance(part, str)), key=len, default="")

    def matches(self, text: str, context: Context) -> bool:
        """Whether the whole text fits, case-sensitively. Raises Unresolved."""
        if self._literal is not None:
            return text == self._literal
        glob = self._static or Glob(expand(self._parts, context))
        return glob.matches(text)


class ArnPattern:
    """An ARN with wildcards, compared component by component.

    A wildcard never reaches over one of the first five colons; in the sixth component it matches ``/``
    and ``:`` too. ``*`` alone fits everything. With ``complete`` (the Resource element) missing
    components are ``*``, as AWS completes them, and a ``*`` at the end of a component reaches over the colons
    after it (IAM User Guide, "IAM JSON policy elements: Resource").
    """

    __slots__ = ("_components", "_exact", "_head", "_whole")

    def __init__(self, text: str, *, variables: bool, complete: bool) -> None:
        self._components: Sequence[TextPattern] | None = None
        self._exact: str | None = None
        self._head: str | None = None
        """The first five components, where they are plain text: most ARNs are told apart by them."""
        self._whole: tuple[TextPattern, ...] = ()
        """The ARN as one text, with and without what was completed, where a ``*`` reaches over colons."""
        parts = parse(text, wildcards=True, variables=variables)
        if text == "*":
            return
        components = split(parts, ":", ARN_COMPONENTS - 1)
        missing = ARN_COMPONENTS - len(components)
        if missing and not (complete and text.startswith("arn:")):
            raise MalformedPolicy(f'Resource {text} must be in ARN format or "*".')
        components.extend([(Wild.MANY,)] * missing)
        self._components = tuple(TextPattern(component) for component in components)
        literals = [component.literal for component in self._components]
        if None not in literals[:-1]:
            self._head = "".join(f"{literal}:" for literal in literals[:-1])
            self._exact = None if literals[-1] is None else f"{self._head}{literals[-1]}"
        elif complete and _reaches_over_colons(components[:-1]):
            completed = parts + (":", Wild.MANY) * missing
            self._whole = tuple(TextPattern(form) for form in dict.fromkeys((parts, completed)))

    @property
    def everything(self) -> bool:
        """Whether it is ``*`` alone."""
        return self._components is None

    @property
    def dynamic(self) -> bool:
        """Whether it has variables, whose values the request brings."""
        return any(component.dynamic for component in self._components or ())

    @property
    def exact(self) -> str | None:
        """The one ARN that fits, if there are no wildcards."""
        return self._exact

    @property
    def prefix(self) -> str | None:
        """What every ARN that fits begins with, if that is all: the only wildcard is a ``*`` at the end."""
        if self._components is None or self._head is None:
            return None
        beginning = self._components[-1].beginning
        return None if beginning is None else self._head + beginning

    @property
    def needle(self) -> str:
        """A text that is part of every ARN that fits, of its last component if possible; empty if none is known."""
        return next((found for one in reversed(self._components or ()) if (found := one.needle)), "")

    def matches(self, arn: str, context: Context) -> bool:
        """Whether the ARN fits. Raises Unresolved."""
        return self._matches(arn, None, context)

    def fits(self, asked: Asked) -> bool:
        """Whether the resource that is asked for fits. Raises Unresolved."""
        return self._matches(asked.resource, asked.components, asked.context)

    def _matches(self, arn: str, values: Sequence[str] | None, context: Context) -> bool:
        if self._components is None:
            return True
        if self._exact is not None:
            return arn == self._exact
        if self._head is not None:
            return arn.startswith(self._head) and self._components[-1].matches(arn[len(self._head) :], context)
        if self._whole:
            return any(form.matches(arn, context) for form in self._whole)
        if values is None:
            values = arn.split(":", ARN_COMPONENTS - 1)
        return len(values) == ARN_COMPONENTS and all(
            pattern.matches(value, context) for pattern, value in zip(self._components, values, strict=True)
        )


class Resources:
    """The patterns of a Resource element, sorted by what it takes to compare them: most need no loop."""

    __slots__ = ("_everything", "_exact", "_others", "_prefixes", "dynamic")

    def __init__(self, patterns: Sequence[ArnPattern]) -> None:
        self.dynamic = any(pattern.dynamic for pattern in patterns)
        """Whether one of them has variables, whose values the request brings."""
        self._everything = any(pattern.everything for pattern in patterns)
        self._exact = frozenset(pattern.exact for pattern in patterns if pattern.exact is not None)
        self._prefixes = tuple(pattern.prefix for pattern in patterns if pattern.prefix is not None)
        others = [one for one in patterns if not one.everything and one.exact is None and one.prefix is None]
        self._others = tuple((pattern.needle, pattern) for pattern in others)

    def fits(self, asked: Asked) -> bool:
        """Whether one of them fits the resource that is asked for. Raises Unresolved."""
        resource = asked.resource
        if self._everything or resource in self._exact or resource.startswith(self._prefixes):
            return True
        for needle, pattern in self._others:  # noqa: SIM110 - a generator would take twice as long
            if needle in resource and pattern.fits(asked):
                return True
        return False


class ActionPattern:
    """``service:Name`` with wildcards, compared without regard to case; ``*`` alone fits everything."""

    __slots__ = ("_glob",)

    def __init__(self, text: str) -> None:
        self._glob = Glob(expand(parse(text.lower(), wildcards=True, variables=False), {}))

    def matches(self, action: str) -> bool:
        """Whether the action (in lower case) fits."""
        return self._glob.matches(action)


def _reaches_over_colons(components: Sequence[tuple[Part, ...]]) -> bool:
    """Whether one ends with ``*``; not where the value of a variable might hold the colon."""
    plain = not any(isinstance(part, Variable) for component in components for part in component)
    return plain and any([part for part in component if part][-1:] == [Wild.MANY] for component in components)


def _is_literal(parts: tuple[Part, ...]) -> bool:
    return all(isinstance(part, str) for part in parts)
