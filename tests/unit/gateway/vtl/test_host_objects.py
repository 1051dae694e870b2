"""Objects of the gateway in a template: only what they show can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from gatelet.gateway.vtl import EvaluationFailed, HostObject, compile_template


class Context(HostObject):
    """As ``$context``: prints empty, holds properties, accepts some."""

    secret = "never shown"

    def __init__(self) -> None:
        self.status: object = None

    @property
    def methods(self) -> Mapping[str, Callable[..., object]]:
        return {"keySet": lambda: ["path", "stage"], "fail": self._fail, "echo": lambda text: text}

    def get_property(self, name: str) -> object:
        return {"stage": "prod", "status": self.status, "self": self}.get(name)

    def set_property(self, name: str, value: object) -> None:
        if name == "status":
            self.status = value

    def items(self) -> list[object]:
        return [1, 2]

    def _fail(self) -> object:
        raise ValueError("bad input")


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ('"$context"', '""'),  # apigateway-mapping-templates 3: "$context.identity" renders ""
        ("$context.stage ${context.stage} $context['stage']", "prod prod prod"),
        ("[$context.nope]", "[]"),
        ("#foreach($k in $context.keySet())$k;#end", "path;stage;"),
        ("#foreach($i in $context)$i#end", "12"),
        ("$context.self.self.stage", "prod"),
        ("#set($context.status = 400)$context.status", "400"),
        ('#set($context["status"] = 401)$context.status', "401"),
        ("#set($context.stage = 'x')$context.stage", "prod"),
        ("$context.toJson($x)", "$context.toJson($x)"),  # section 4: absent functions stay unrendered
        ("$context.echo('a').length()", "1"),
        ("$context.echo($context).stage", "prod"),
        ("$context.secret|$context.get_property('x')", "|$context.get_property('x')"),
        ("$context.__class__|$context._fail()", ".__class__|._fail()"),  # a property begins with a letter
        ("#set($m = {'a': $context})$m", "{a=}"),
        ("#if($context == $context)same#end", "same"),
    ],
)
def test_an_object_shows_what_it_declares(template: str, output: str) -> None:
    assert compile_template(template).render({"context": Context()}) == output


def test_a_failing_method_is_an_error_of_the_template_with_its_place() -> None:
    with pytest.raises(EvaluationFailed) as caught:
        compile_template("a\n $context.fail()").render({"context": Context()})
    assert str(caught.value) == "Invocation of method 'fail' failed: bad input [line 2, column 2]"


def test_wrong_arguments_are_an_error_of_the_template() -> None:
    with pytest.raises(EvaluationFailed):
        compile_template("$context.echo()").render({"context": Context()})


def test_an_unknown_python_object_shows_nothing() -> None:
    output = compile_template("[$x][$x.a][$x.a()][$x[0]]#foreach($i in $x)#end").render({"x": object()})
    assert output == "[][][$x.a()][]"
