"""Templates that try to reach Python, or to take more than their share."""

from __future__ import annotations

import pytest

from gatelet.gateway.vtl import LimitExceeded, Limits, TemplateSyntaxError, compile_template

VALUES = {"s": "text", "l": [1, 2], "m": {"k": "v"}, "n": 7, "d": 1.5, "b": True, "z": None}
NAMES = [
    "__class__", "__globals__", "__init__", "__dict__", "__subclasses__", "__mro__", "__builtins__",
    "__getattribute__",
    "__reduce__", "__doc__", "__module__", "__import__", "class",
    "getClass", "format", "format_map", "encode", "decode",
    "forName", "classLoader", "getDeclaredMethods", "invoke", "exec", "eval", "mro", "gi_frame", "f_globals", "append",
    "pop", "extend", "sort", "real", "imag", "as_integer_ratio", "from_bytes", "fromkeys", "setdefault", "translate",
    "__len__", "_print", "run", "budget", "variables", "wait", "notify", "hashCode", "stream", "forEach", "iterator",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variable", sorted(VALUES))
def test_no_name_of_python_or_of_java_s_reflection_is_reached(variable: str, name: str) -> None:
    index = "" if variable == "l" else f"$!{variable}['{name}']"
    template = f"$!{variable}.{name}|$!{variable}.{name}()|$!{variable}.{name}('x')|{index}"
    output = compile_template(template).render({variable: VALUES[variable]})
    # a name that begins with an underscore is text after the value; the others find nothing
    printed = {"s": "text", "l": "[1,2]", "m": "{k=v}", "n": "7", "d": "1.5", "b": "true", "z": ""}[variable]
    if name.startswith("_"):
        rest = f".{name}"
        assert output == f"{printed}{rest}|{printed}{rest}()|{printed}{rest}('x')|"
    else:
        assert output == "|||"


@pytest.mark.parametrize(
    "template",
    [
        '#set($x = "")$x.getClass().forName("java.lang.Runtime").getRuntime().exec("id")',
        "#set($x = '{0.__class__}')$x.format($m)",
        "#set($x = '%s')$x.mod($m)",
        '#set($e = "e")$e.class.inspect',
        "$foreach.methods.get('x')",
        "#foreach($i in [1])$foreach.methods()#end",
        "#define($d)x#end$d.run()",
        "#define($d)x#end$d.frame()",
        "#macro(m $a)$a.arguments()#end#m($m)",
        "$m.keySet().__class__.__base__.__subclasses__()",
        "$state $limits $self $budget.steps",
    ],
)
def test_a_known_attack_comes_out_as_plain_text(template: str) -> None:
    output = compile_template(template).render(VALUES)
    assert "<" not in output
    assert "object at" not in output
    assert "uid=" not in output


@pytest.mark.parametrize(
    "template",
    [
        "#foreach($i in [1..1001])$i#end",
        "#foreach($i in [1..100000000000])#break#end",
        "#set($r = [0..-2000000000])",
        "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])x#end#end#end",
        "#foreach($i in [1..1000])#foreach($j in [1..1000])$s$i#end#end",
        "#macro(a)#b()#end#macro(b)#a()#end#a()",
        "#macro(a $x)#a(\"$x$x\")#end#a('y')",
        "#macro(a $x)#if($x.length() < 99999999)#a(\"$x$x\")#end#end#a('y')",
        "#define($a)$b#end#define($b)$a#end$a",
        '#foreach($i in [1..40])#set($s = "$s$s")#end',
        "#foreach($i in [1..40])#set($s = $s.concat($s))#end",
        "#foreach($i in [1..40])#set($s = $s.replace('t', $s))#end",
        "#foreach($i in [1..40])#set($s = $s.replaceAll('t', $s))#end",
        "#foreach($i in [1..40])#set($s = $s + $s)#end",
        "#foreach($i in [1..40])#set($x = $l.addAll($l))#end",
        "#foreach($i in [1..40])#set($l = [$l, $l])#end$l",
        "#foreach($i in [1..40])#set($l = [$l, $l])#end#set($k = $l.equals([[1]]))$l",
        "#foreach($i in [1..60])#set($m = {'a': $m, 'b': $m})#end$m",
        "#foreach($i in [1..60])#set($m = {'a': $m, 'b': $m})#set($o = {'a': $o, 'b': $o})#end#if($m == $o)x#end",
        "#set($x = $m.put('m', $m))$m",
        "#set($x = $l.add($l))$l",
        "#set($x = $l.add($l))#set($k = [1, 2])#set($x = $k.add($k))#if($l == $k)x#end",
        "#foreach($i in [1..500])#set($n = $n * $n)#end$n",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.matches('(a+)+b')",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.matches('(a|a)*b')",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.matches('(a|aa)+b')",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.matches('(a?){40}b')",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.matches('a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b')",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.replaceAll('a*a*a*a*a*a*b', '')",
        "#set($i = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')$i.split('(.*)(.*)(.*)(.*)(.*)(.*)x')",
        "#foreach($i in [1..10])#set($s = $s.replaceAll('', $s))#end",
    ],
)
def test_what_takes_too_much_is_stopped(template: str) -> None:
    values = {"s": "text", "l": [1, 2], "m": {"k": "v"}, "o": {"k": "v"}, "n": 7}
    limits = Limits(output_bytes=1_000_000, steps=100_000, characters=8_000_000)
    with pytest.raises(LimitExceeded) as caught:
        compile_template(template).render(values, limits)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    "template",
    [
        "#set($x = " + "(" * 5000 + "1" + ")" * 5000 + ")",
        "#set($x = " + "!" * 5000 + "true)",
        "#set($x = " + "[" * 5000 + "]" * 5000 + ")",
        "#set($x = " + '{"a":' * 5000 + "1" + "}" * 5000 + ")",
        "#if(true)" * 5000 + "#end" * 5000,
        "#foreach($i in $l)" * 5000 + "#end" * 5000,
        "$a" + ".b($a" * 5000 + ")" * 5000,
        "$a" + "[$a" * 5000 + "]" * 5000,
        "#set($x = 1" + " + 1" * 5000 + ")",
        "#set($x = " + "9" * 5000 + ")",
        "#define($a)" * 5000,
        "#@m()" * 5000 + "#macro(m)#end",
    ],
)
def test_a_template_that_is_too_deep_does_not_parse(template: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        compile_template(template)


def test_long_flat_templates_are_fine() -> None:
    assert compile_template("#if(true)x#end" * 5000).render({}) == "x" * 5000
    assert compile_template("$a" + ".b" * 5000).render({"a": {"b": {}}}) == ""
    assert compile_template("#if(false)#elseif(false)" + "#elseif(false)" * 3000 + "#end").render({}) == ""


def test_the_output_is_counted_in_bytes() -> None:
    limits = Limits(output_bytes=10)
    assert compile_template("ééééé").render({}, limits) == "é" * 5
    with pytest.raises(LimitExceeded):
        compile_template("éééééé").render({}, limits)
    with pytest.raises(LimitExceeded):
        compile_template("12345678901").render({}, limits)


def test_a_thousand_iterations_are_allowed() -> None:
    # apigateway-mapping-templates 1: #foreach has at most 1,000 iterations
    assert len(compile_template("#foreach($i in [1..1000])x#end").render({})) == 1000
    assert compile_template("#foreach($i in $l)#if($i == 3)#break#end$i#end").render({"l": list(range(5000))}) == "012"
