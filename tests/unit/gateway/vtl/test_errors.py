"""Faults of templates: their kind, line and column."""

from __future__ import annotations

import pytest

from gatelet.aws import quotas
from gatelet.gateway.vtl import EvaluationFailed, TemplateError, TemplateSyntaxError, compile_template


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        ("#if($a)", 1, 1),
        ("x\n  #foreach($i in $l)\n", 2, 3),
        ("#if($a)#else", 1, 1),
        ("#if $a #end", 1, 4),
        ("a #end", 1, 7),
        ("#if(true)x#{else}y#{else}z#end", 1, 1),
        ("#set($a 1)", 1, 9),
        ("#set($a = )", 1, 11),
        ("#set(a = 1)", 1, 6),
        ("#set($a.b() = 1)", 1, 1),
        ("#set($a = 1\nx", 2, 1),
        ("#set($a = 'x)", 1, 11),
        ("$a.b(1", 1, 7),
        ("$a.b($i + 1)", 1, 9),  # no calculations in arguments (Velocity 1.7)
        ("${a.b", 1, 6),
        ("$a[1", 1, 5),
        ("$a[]", 1, 4),
        ("$a[[1]]", 1, 7),
        ("#foreach(i in $l)#end", 1, 10),
        ("#foreach($i of $l)#end", 1, 13),
        ("#macro()#end", 1, 8),
        ("#macro(if)#end", 1, 10),
        ("#* open", 1, 1),
        ("x #[[ open", 1, 3),
        ("#set($m = {'a' 1})", 1, 16),
        ("#set($l = [1 2])", 1, 14),
        ('#set($a = "x $b.c( y")', 1, 20),
        ('#set($a = "x\n $b[")', 2, 5),
        ("## #macro(gone)\n#gone()", 2, 1),
        ("x\r\n\r\n#include('a')", 3, 1),
    ],
)
def test_a_template_that_does_not_parse_is_told_with_its_place(template: str, line: int, column: int) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        compile_template(template)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"[line {line}, column {column}]" in str(caught.value)


@pytest.mark.parametrize("name", ["include", "parse", "evaluate"])
def test_directives_that_api_gateway_does_not_have_are_refused(name: str) -> None:
    # apigateway-mapping-templates 7
    with pytest.raises(TemplateSyntaxError, match=f"#{name} is not available"):
        compile_template(f"#{name}('$x')")
    assert compile_template(f"a #{name} b").render({}) == f"a #{name} b"


@pytest.mark.parametrize(
    "template",
    [
        "\n $l[3]",
        "\n $l.get(3)",
        "\n $s.substring(5)",
        "\n $s.charAt(9)",
        "\n $s.matches('(')",
        "\n $s.matches('(?<=a)b')",
        "\n $s.matches('\\p{L}')",
        "\n $s.replaceAll('a', '$1')",
        "\n $s.replaceAll('a', '$')",
        "\n $n.parseInt('x')",
        "\n $m.get($l)",
        "\n $l.subList(0, 9)",
        "\n #set($x = $l[7])",
        "\n #set($l[7] = 1)",
        "\n #set($x = {$l: 1})",
        '\n #set($x = "$s.substring(5)")',
    ],
)
def test_what_raises_in_java_fails_with_its_place(template: str) -> None:
    with pytest.raises(EvaluationFailed) as caught:
        compile_template(template).render({"l": [1], "s": "a", "n": 1, "m": {}})
    assert caught.value.line == 2
    assert caught.value.column >= 2


def test_an_error_without_a_place_has_only_its_message() -> None:
    error = TemplateError("odd")
    assert (str(error), error.line, error.column) == ("odd", 0, 0)


def test_a_template_over_the_quota_is_refused() -> None:
    compile_template("x" * quotas.MAPPING_TEMPLATE_BYTES)
    with pytest.raises(TemplateSyntaxError):
        compile_template("x" * (quotas.MAPPING_TEMPLATE_BYTES + 1))
