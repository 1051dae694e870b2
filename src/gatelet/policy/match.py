"""Does a pattern of a policy fit a text of the request: actions, ARNs, plain texts.

Reference: identity section 2 (table of elements).
"""

from __future__ import annotations

from collections.abc import Sequence

from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.variables import Context, Part, Variable, expand, parse, split
from gatelet.policy.wildcard import Glob, Wild

_ARN_COMPONENTS = 6


class TextPattern:
    """A text with wildcards and variables; compiled once when it has no variable."""

    __slots__ = ("_parts", "_static")

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts
        dynamic = any(isinstance(part, Variable) for part in parts)
        self._static = None if dynamic else Glob(expand(parts, {}))

    def matches(self, text: str, context: Context) -> bool:
        """Whether the whole text fits, case-sensitively. Raises Unresolved."""
        glob = self._static or Glob(expand(self._parts, context))
        return glob.matches(text)


class ArnPattern:
    """An ARN with wildcards, compared component by component.

    A wildcard never reaches over one of the first five colons; in the sixth component it matches ``/``
    and ``:`` too. ``*`` alone fits everything. With ``complete`` (the Resource element) missing
    components are ``*``, as AWS completes them (IAM User Guide, "IAM JSON policy elements: Resource").
    """

    __slots__ = ("_components",)

    def __init__(self, text: str, *, variables: bool, complete: bool) -> None:
        self._components: Sequence[TextPattern] | None = None
        parts = parse(text, wildcards=True, variables=variables)
        if text == "*":
            return
        components = split(parts, ":", _ARN_COMPONENTS - 1)
        missing = _ARN_COMPONENTS - len(components)
        if missing and not (complete and text.startswith("arn:")):
            raise MalformedPolicy(f'Resource {text} must be in ARN format or "*".')
        components.extend([(Wild.MANY,)] * missing)
        self._components = tuple(TextPattern(component) for component in components)

    def matches(self, arn: str, context: Context) -> bool:
        """Whether the ARN fits. Raises Unresolved."""
        if self._components is None:
            return True
        values = arn.split(":", _ARN_COMPONENTS - 1)
        return len(values) == _ARN_COMPONENTS and all(
            pattern.matches(value, context) for pattern, value in zip(self._components, values, strict=True)
        )


class ActionPattern:
    """``service:Name`` with wildcards, compared without regard to case; ``*`` alone fits everything."""

    __slots__ = ("_glob",)

    def __init__(self, text: str) -> None:
        self._glob = Glob(expand(parse(text.lower(), wildcards=True, variables=False), {}))

    def matches(self, action: str) -> bool:
        """Whether the action fits."""
        return self._glob.matches(action.lower())
