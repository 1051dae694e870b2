"""What holds for any template: only its own errors, and never past its bounds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.gateway.vtl import LimitExceeded, Limits, TemplateError, TemplateSyntaxError, compile_template
from gatelet.gateway.vtl.compiler import Compiler
from gatelet.gateway.vtl.parser import parse
from gatelet.gateway.vtl.syntax import Macro
from gatelet.gateway.vtl.template import Template

CASES = [
    case for group in json.loads((Path(__file__).parent / "cases.json").read_text("utf-8")) for case in group["cases"]
]
LIMITS = Limits(output_bytes=2_000, steps=5_000, characters=50_000)
PIECES = [
    "$a", "$!b", "${l}", "$m.k", "$l[0]", "$m['k']", "$s.length()", "$s.split(',')", "$l.add($a)", "$m.put('k', $l)",
    "#if($a)", "#elseif($b == 1)", "#else", "#end", "#foreach($i in $l)", "#foreach($i in [1..$n])", "#break", "#stop",
    "#set($a = $n + 1)", "#set($a = \"$a$s\")", "#set($l = [$a, 'x', 1.5])", "#set($m = {'k': $m})", "#set($l[0] = $m)",
    "#define($d)", "$d", "#macro(f $x)", "#f($a)", "#f(\"$x\")", "#@f(1)", "$bodyContent", "$foreach.hasNext", "$i",
    "## c\n", "#* c *#", "#[[ $x ]]#", "\\", "\\#end", "\n", "  ", "text", "é", "$", "#", "(", ")", "{", "}", "[", "]",
    "'", '"', ".", ",", "$s.replaceAll('a', $s)", "$s.matches('(a*)*')", "$n.toString()", "#set($n = $n * $n)",
    "$s.substring($n)", "$m.keySet()", "$m.get($a)", "$!m.get($s)", "$foreach.index",
    "#foreach($k in $m.keySet())", "#if($foreach.hasNext),#end", "$m.a $m.b $m.c $m.d", "#set($foreach = $m)",
    "#evaluate('x')", "$a.__class__", "$s.format('x')", "#set($s = $s.concat($s))", "#macro(f)",
]  # fmt: skip

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def render(template: str, variables: dict[str, object]) -> None:
    """Render within bounds: only errors of templates, and an output that fits."""
    fault: TemplateError | None = None
    output = ""
    try:
        output = compile_template(template).render(variables, LIMITS)
    except TemplateError as error:
        fault = error
    if isinstance(fault, TemplateSyntaxError):
        assert fault.line >= 1
        assert fault.column >= 1
    assert len(output.encode("utf-8", "surrogatepass")) <= LIMITS.output_bytes


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join),
    st.fixed_dictionaries(dict.fromkeys("ablmsn", VALUES)),
)
def test_pieces_of_the_language_in_any_order(template: str, variables: dict[str, object]) -> None:
    render(template, variables)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text(template: str) -> None:
    render(template, {})


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 200), st.integers(0, 20), st.sampled_from(PIECES), VALUES)
def test_known_templates_with_a_piece_put_in_or_cut_out(
    case: dict[str, object], place: int, cut: int, piece: str, value: object
) -> None:
    text = str(case["template"])
    variables = case.get("variables") or {}
    assert isinstance(variables, dict)
    changed = json.loads(json.dumps(variables)) | {"x": value}
    render(text[:place] + piece + text[place + cut :], changed)


@given(VALUES, VALUES)
def test_any_value_can_be_printed_and_compared(left: object, right: object) -> None:
    template = (
        "$a $b #if($a == $b)same#end $a.equals($b) #if($a < $b)less#end #set($c = $a + $b)$c #set($d = $a % $b)$d"
    )
    render(template, {"a": left, "b": right})


@given(st.text(alphabet=st.characters(exclude_characters="$#\\"), max_size=200))
def test_text_without_the_language_s_characters_comes_out_as_it_is(text: str) -> None:
    assert compile_template(text).render({}) == text


@given(VALUES)
def test_a_list_from_json_prints_as_json(value: object) -> None:
    text = json.dumps([value], allow_nan=False) if _finite(value) else None
    if text is None:
        return
    printed = compile_template("$l").render({"l": json.loads(text)})
    assert json.loads(printed) == json.loads(text)


def _finite(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def outcome(text: str, variables: dict[str, object], *, shortened: bool) -> str:
    """What a template renders, or the kind of its error; without the shorter ways of plain templates if so said."""
    try:
        document = parse(text)
        if not shortened:
            document = dataclasses.replace(document, macros={**document.macros, "unused-": Macro((), ())})
        template = Template(*Compiler(document).compile(), 1)
        return template.render(json.loads(json.dumps(variables)), LIMITS)
    except LimitExceeded:
        return "too much"
    except TemplateError as error:
        return f"{type(error).__name__} at {error.line}:{error.column}: {error}"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
    | st.sampled_from(CASES).map(lambda c: str(c["template"])),
    st.fixed_dictionaries(dict.fromkeys("ablmsn", VALUES)),
)
def test_the_shorter_ways_of_plain_templates_lead_to_the_same(template: str, variables: dict[str, object]) -> None:
    assert outcome(template, variables, shortened=True) == outcome(template, variables, shortened=False)
