"""A template: compiled once, rendered often."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat
from typing import final

from gatelet.aws import quotas
from gatelet.gateway.vtl.compiler import Compiler, cost_of
from gatelet.gateway.vtl.errors import LimitExceeded, TemplateSyntaxError
from gatelet.gateway.vtl.limits import Limits
from gatelet.gateway.vtl.parser import parse
from gatelet.gateway.vtl.state import Broken, Run, State, Stopped
from gatelet.gateway.vtl.values import MISSING

_DEFAULT = Limits()
_MISSING = repeat(MISSING)


@final
class Template:
    """A compiled template. It keeps nothing of a rendering and may be used by several at once."""

    __slots__ = ("_cost", "_names", "_run", "mentions")

    def __init__(self, run: Run, names: tuple[str, ...], cost: int) -> None:
        self._run = run
        self._names = names
        self._cost = cost
        self.mentions = frozenset(names)
        """The names of the variables that stand in it."""

    def render(self, variables: Mapping[str, object], limits: Limits = _DEFAULT) -> str:
        """The output. Raises LimitExceeded and EvaluationFailed, nothing else.

        ``variables`` are values as HostObject tells them; the maps and lists among them can be changed
        by the template (``$map.put``), as on AWS, the mapping itself cannot.
        """
        state = State(list(map(variables.get, self._names, _MISSING)), limits)
        try:
            state.steps -= self._cost
            if state.steps < 0:
                state.check()
            self._run(state, ())
        except (Stopped, Broken):
            pass  # the output so far is the output
        except RecursionError:
            raise LimitExceeded("The template nests its calls too deeply") from None
        if state.steps < 0 or state.room < 0:
            state.check()
        text = "".join(state.out)
        if not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > limits.output_bytes:
            raise LimitExceeded(f"The output is larger than {limits.output_bytes} bytes")
        return text


def compile_template(text: str) -> Template:
    """Compile a template. Raises TemplateSyntaxError, with line and column.

    Reference: apigateway-mapping-templates sections 1 (300 KB) and 5 to 8.
    """
    if len(text.encode("utf-8", "surrogatepass")) > quotas.MAPPING_TEMPLATE_BYTES:
        raise TemplateSyntaxError(f"The template is larger than {quotas.MAPPING_TEMPLATE_BYTES} bytes")
    try:
        document = parse(text)
        return Template(*Compiler(document).compile(), 1 + cost_of(document.body))
    except RecursionError:
        raise TemplateSyntaxError("The template is nested too deeply") from None
