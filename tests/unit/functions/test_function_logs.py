"""What a function's log holds, line by line (lambda-execution section 8)."""

from __future__ import annotations

import re

from tests.unit.functions.world import World

INIT_START = (
    r"INIT_START Runtime Version: python:3\.\d+\.v\d+\t"
    r"Runtime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n"
)
REPORT = (
    r"REPORT RequestId: {id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
    r"Max Memory Used: \d+ MB\t{init}{status}\n"
)
INIT = r"Init Duration: \d+\.\d\d ms\t"


def body(log: list[str]) -> list[str]:
    """Without the lines about the interpreter."""
    return [line for line in log if not line.startswith(("INIT_START", "[WARNING] python3."))]


def test_a_whole_stream(world: World) -> None:
    target = world.function("import sys\ndef handler(e, c):\n    print('out')\n    print('err', file=sys.stderr)\n")
    first = world.invoke(target).request_id
    second = world.invoke(target).request_id
    streams = {stream for stream, _ in world.log_events(target)}
    assert len(streams) == 1
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", streams.pop())
    log = world.log(target)
    assert re.fullmatch(INIT_START, log[0])
    log = body(log)
    for number, request_id in enumerate((first, second)):
        start, out, err, end, report = log[number * 5 : number * 5 + 5]
        assert start == f"START RequestId: {request_id} Version: $LATEST\n"
        assert (out, err) == ("out\n", "err\n")
        assert end == f"END RequestId: {request_id}\n"
        assert re.fullmatch(REPORT.format(id=request_id, init="" if number else INIT, status=""), report)


def test_lines(world: World) -> None:
    r"""One event for each ``\n``; ``\r`` does not split; what has no end yet waits for the end of the invocation."""
    source = r"""
import sys
def handler(event, context):
    print("a\nb\rc", end="")
    print("d")
    print("é" * 3)
    sys.stdout.write("no end")
"""
    target = world.function(source)
    world.invoke(target)
    assert body(world.log(target))[1:-2] == ["a\n", "b\rcd\n", "ééé\n", "no end\n"]


def test_the_streams_are_text_streams(world: World) -> None:
    """Handlers set them up as those of any Python: what Lambda has there hands all of this on to the interpreter's."""
    source = """
import io, sys
sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
sys.stderr.reconfigure(errors="backslashreplace", newline="\\n", write_through=True)
def handler(event, context):
    sys.stdout.writelines(["one\\n", "two\\n"])
    wrapped = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    print("wrapped", file=wrapped, flush=True)
    wrapped.detach()
    streams = sys.stdout, sys.stderr
    return [(s.name, s.mode, s.encoding, s.writable(), s.isatty(), s.closed, s.fileno()) for s in streams]
"""
    target = world.function(source)
    assert world.value(target) == [
        ["<stdout>", "w", "utf-8", True, False, False, 1],
        ["<stderr>", "w", "utf-8", True, False, False, 2],
    ]
    assert {"one\n", "two\n", "wrapped\n"} <= set(world.log(target))


def test_raw_output_comes_before_the_report(world: World) -> None:
    source = r"""
import os, subprocess, sys
def handler(event, context):
    os.write(1, b"raw one\nraw ")
    os.write(2, b"two\n")
    subprocess.run(["sh", "-c", "echo from a shell"])
    sys.stdout.buffer.write(b"buffer\n")
"""
    target = world.function(source)
    world.invoke(target)
    log = body(world.log(target))
    assert log[1:-2] == ["raw one\n", "raw two\n", "from a shell\n", "buffer\n"]
    assert log[-1].startswith("REPORT")


def test_the_logging_module(world: World) -> None:
    """The root logger starts at WARNING; a record is one event, lines and all."""
    source = r"""
import logging
def handler(event, context):
    logging.info("unseen")
    logging.getLogger("deep.name").warning("first\nsecond %s", 2)
    logging.getLogger().setLevel(logging.INFO)
    logging.info("seen")
"""
    target = world.function(source)
    request_id = world.invoke(target).request_id
    when = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    first, second = body(world.log(target))[1:-2]
    assert re.fullmatch(rf"\[WARNING\]\t{when}\t{request_id}\tfirst\nsecond 2\n", first)
    assert re.fullmatch(rf"\[INFO\]\t{when}\t{request_id}\tseen\n", second)


def test_an_uncaught_error_is_one_event(world: World) -> None:
    target = world.function("class Odd(Exception):\n    pass\ndef handler(e, c):\n    raise Odd('why')\n")
    world.invoke(target)
    gap = "\u00a0"
    assert body(world.log(target))[1] == (
        "[ERROR] Odd: why\nTraceback (most recent call last):\n"
        f"{gap * 2}File \"/var/task/app.py\", line 4, in handler\n{gap * 4}raise Odd('why')\n"
    )


def test_an_exit(world: World) -> None:
    target = world.function("import sys\ndef handler(e, c):\n    print('last words')\n    sys.exit(1)\n")
    request_id = world.invoke(target).request_id
    start, words, exited, end, report = body(world.log(target))
    assert (start.split()[0], words, end.split()[0]) == ("START", "last words\n", "END")
    assert exited == f"RequestId: {request_id} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"
    status = "Status: error\tError Type: Runtime.ExitError"
    assert re.fullmatch(REPORT.format(id=request_id, init=INIT, status=status), report)


def test_a_timeout(world: World) -> None:
    target = world.function("import time\ndef handler(e, c):\n    print('before')\n    time.sleep(9)\n", Timeout=1)
    request_id = world.invoke(target).request_id
    _, before, late, _, report = body(world.log(target))
    assert before == "before\n"
    when = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{when} {request_id} Task timed out after 1\.00 seconds\n\n", late)
    assert re.fullmatch(REPORT.format(id=request_id, init=INIT, status="Status: timeout"), report)


def test_a_failed_init(world: World) -> None:
    """Both runs of the init are seen; the second one belongs to the invocation and comes before START."""
    target = world.function("raise ValueError('at import')\n")
    request_id = world.invoke(target).request_id
    log = body(world.log(target))
    one_run = [r"\[WARNING\]\t.*\t\tLAMBDA_WARNING: Unhandled exception\. .*", r"\[ERROR\] ValueError: at import\n.*"]
    expected = [
        *one_run,
        r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown\n",
        *one_run,
        r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: invoke\tStatus: error\tError Type: Runtime.Unknown\n",
        rf"START RequestId: {request_id} Version: \$LATEST\n",
        rf"END RequestId: {request_id}\n",
        REPORT.format(id=request_id, init="", status="Status: error\tError Type: Runtime.Unknown"),
    ]
    assert len(log) == len(expected)
    for line, pattern in zip(log, expected, strict=True):
        assert re.fullmatch(pattern, line, re.DOTALL), (line, pattern)


def test_an_interpreter_that_the_host_lacks_is_said(world: World) -> None:
    target = world.function(
        "import sys\ndef handler(e, c):\n    return list(sys.version_info[:2])\n", Runtime="python3.99"
    )
    major, minor = world.value(target)
    assert (
        f"[WARNING] python3.99 is not installed on this host: running on Python {major}.{minor}" in world.log(target)[1]
    )


def test_the_log_tail(world: World) -> None:
    """The last 4,096 bytes of this invocation's log (section 1)."""
    target = world.function("def handler(e, c):\n    print('x' * e)\n")
    assert world.invoke(target, 1).log_tail == b""
    result = world.invoke(target, 1, log_tail=True)
    lines = result.log_tail.decode().splitlines(keepends=True)
    assert lines[:3] == [
        f"START RequestId: {result.request_id} Version: $LATEST\n",
        "x\n",
        f"END RequestId: {result.request_id}\n",
    ]
    assert lines[3].startswith(f"REPORT RequestId: {result.request_id}\t")
    cut = world.invoke(target, 5000, log_tail=True).log_tail
    assert (len(cut), cut[:1]) == (4096, b"x")


def test_init_output_is_logged(world: World) -> None:
    target = world.function("print('at import')\ndef handler(e, c):\n    return 1\n")
    world.invoke(target)
    assert body(world.log(target))[0] == "at import\n"


def test_a_log_group_of_its_own(forking: World) -> None:
    target = forking.function("def handler(e, c):\n    print('elsewhere')\n", LoggingConfig={"LogGroup": "/my/group"})
    forking.invoke(target)
    assert "elsewhere\n" in [message for _, message in forking.run(forking._log_events("/my/group"))]
    assert forking.log(target) == []
