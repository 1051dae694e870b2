"""The Python that templates are compiled to: what it can name, and that its size changes nothing."""

from __future__ import annotations

import re
from types import CodeType, FunctionType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gateway.vtl.test_attacks import NAMES
from tests.unit.gateway.vtl.test_properties import CASES, PIECES

from gatelet.gateway.vtl import Template, TemplateSyntaxError, compile_template
from gatelet.gateway.vtl.vocabulary import VOCABULARY

OWN_NAME = re.compile(r"[a-z]\d+")
ATTRIBUTES = {
    "at", "call", "capture", "index", "iterate", "iterations", "limits", "out", "room", "slots", "steps"
}  # fmt: skip


def functions(template: Template) -> list[FunctionType]:
    """What a template was compiled to."""
    values = [value for value in template._run.__globals__.values() if isinstance(value, FunctionType)]
    return [value for value in values if value.__code__.co_filename == "<template>"]


def check(code: CodeType, names: dict[str, object]) -> None:
    """Nothing is named but the vocabulary, the compiler's own names and the attributes that it uses."""
    for name in code.co_names:
        assert name in ATTRIBUTES or name in VOCABULARY or (OWN_NAME.fullmatch(name) and name in names)
    assert all(value is None or type(value) in {int, bool, tuple} or value == "" for value in code.co_consts)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.sampled_from(NAMES).map("$a.{0}.{0}($a['{0}'])${0}".format), max_size=25).map(
        "".join
    )
    | st.sampled_from(CASES).map(lambda case: str(case["template"]))
)
def test_no_text_of_a_template_becomes_python(text: str) -> None:
    try:
        template = compile_template(text)
    except TemplateSyntaxError:
        return
    made = functions(template)
    assert template._run in made
    for function in made:
        assert function.__globals__["__builtins__"] == {}
        check(function.__code__, function.__globals__)


def test_python_s_own_functions_are_not_there() -> None:
    assert (
        compile_template("$open $__import__ $print $state $s $out")._run.__globals__.keys() & {"open", "print"} == set()
    )
    assert compile_template("$open $state $s[0] $k1 $budget.steps").render({}) == "$open $state $s[0] $k1 $budget.steps"


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("$a " * 500, "1 " * 500),
        ("#foreach($i in [1..2])" + "$i#if($a == 1)y#{else}n#end" * 100 + "#end", "1y" * 100 + "2y" * 100),
        ("#if($a)" * 60 + "x" + "#end" * 60, "x"),
        ("#foreach($i in [1])" * 60 + "$i$foreach.hasNext" + "#end" * 60, "1false"),
        ("#foreach($i in [1])" * 30 + "#if($a)" * 30 + "#set($a = 2)$a$a" + "#end" * 60, "22"),
        ("#if(false)no" + "#elseif($a == 1)#set($a = $a + 1)$a" * 50 + "#{else}no#end", "2"),
        ("#if(false)no" + "#elseif(false)no" * 50 + "#{else}yes#end", "yes"),
        ("#set($l = [" + ", ".join(map(str, range(100))) + "])$l.size() $l[77]", "100 77"),
        ("#set($m = {" + ", ".join(f"'k{i}': {i}" for i in range(100)) + "})$m.size() $m.k77", "100 77"),
        ('#set($t = "' + "$a" * 100 + '")$t', "1" * 100),
        ('#set($t = "' + "#if($a == 1)$a#end" * 100 + '")$t', "1" * 100),
        ("$s" + ".toString()" * 300 + ".length()", "1"),
        ("$s.concat(" * 30 + "$s" + ")" * 30, "x" * 31),
        ("#set($t = " + "(" * 30 + "$a" + " + 1)" * 30 + ")$t", "31"),
        ("#if(" + "!" * 60 + "$a)y#end", "y"),
        ("#macro(m $x)" + "$x " * 200 + "#end#m('v')", "v " * 200),
        ("#define($d)" + "$a " * 200 + "#end$d", "1 " * 200),
    ],
)
def test_a_template_of_any_size_and_depth_renders(template: str, output: str) -> None:
    assert compile_template(template).render({"a": 1, "s": "x"}) == output


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("a #define($d)b #stop c#end$d e", "a "),
        ("#macro(m)a $bodyContent c#end#@m()b #stop#end", "a "),
        ('#foreach($i in [1, 2])a $s.concat("#break") c#end', "a "),
        ('#foreach($i in [1, 2])a $s.concat("#if($i == 2)#break#end")#end', "a xa "),
        ("#macro(m $x)[$x][$bodyContent]#end#m(1 2)", "[1][$bodyContent]"),
        ("#macro(m $x $x)[$x]#end#m(1)#m(1 2)", "[1][2]"),
        ('$m.a$s.concat("#set($m = {})")$m.a', "1x"),
    ],
)
def test_what_ends_or_changes_while_a_reference_is_read(template: str, output: str) -> None:
    assert compile_template(template).render({"s": "x", "m": {"a": 1}}) == output
