"""The benchmarks' own rules: what counts as slower, what counts as failed, whose CPU is whose."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from benchmarks import generator, load, processes, results, servers, throughput


def result(commit: str, at: str, ratio: float, **more: Any) -> dict[str, Any]:
    return {
        "commit": commit,
        "measured_at": at,
        "load_generator": "wrk",
        "ratios": {"16": {"granian inline": ratio}},
        "new_environment": {"init_ms": 5.0},
        "starting": {"warm_seconds": 0.5},
        "memory": {"total_mib": None},
    } | more


@pytest.mark.parametrize(("after", "regressions"), [(0.50, 0), (0.46, 0), (0.44, 1), (0.60, 0)])
def test_a_ratio_that_falls_by_over_a_tenth_is_a_regression(after: float, regressions: int) -> None:
    _, found = results.compare(result("a", "1", 0.50), result("b", "2", after))
    assert len(found) == regressions


def test_a_result_without_the_yardstick_is_told_and_not_judged() -> None:
    lines, found = results.compare(result("a", "1", 0.5), result("b", "2", 0.5, ratios={"16": {}}))
    assert found == []
    assert any("no ratio" in line for line in lines)


def test_the_last_two_are_the_newest_by_time(tmp_path: Path) -> None:
    for commit, at in (("b", "2026-02"), ("c", "2026-03"), ("a", "2026-01")):
        results.save(result(commit, at, 0.5), tmp_path)
    assert [found["commit"] for found in results.last_two(tmp_path)] == ["b", "c"]


def test_the_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    def rounds(*rates: float) -> list[throughput.Sample]:
        return [throughput.Sample(rate, 1, 1, 0, 1, 1) for rate in rates]

    assert throughput.ratio(rounds(50, 10, 60), rounds(100, 40, 100)) == 0.5


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server of one thread for each connection, that answers every request with the parameter."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):
            while connection.recv(65536):
                for part in request.param:
                    connection.sendall(part)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/prod/users?userId=12345"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


OK = [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}"]
REFUSED = [b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"]


@pytest.mark.parametrize("answering", [OK], indirect=True)
def test_answers_are_counted_whole(answering: str) -> None:
    measured = load.generate(answering, 2, 0.2)
    assert measured.requests > 0
    assert measured.errors == 0
    assert 0 < measured.p50_ms <= measured.p99_ms


@pytest.mark.parametrize("answering", [REFUSED], indirect=True)
def test_a_status_other_than_200_is_an_error(answering: str) -> None:
    measured = load.generate(answering, 1, 0.1)
    assert measured.requests == 0
    assert measured.errors > 0


def test_a_family_is_the_process_and_what_lies_below_it() -> None:
    script = (
        "import subprocess, sys; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); child.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        members = processes.family(parent.pid)
        assert (members.gateway, members.workers) == (parent.pid, (child,))
        assert processes.cpu_seconds(members.all).keys() == {parent.pid, child}
        assert (processes.pss_kib(parent.pid) or 0) > 1000
    finally:
        os.kill(child, 9)
        parent.communicate()


def answer_counts(counts: dict[str, int]) -> generator.Generator:
    """A generator that reports what it is told instead of loading anything; the URL names the server."""

    def command(url: str, connections: int, seconds: int, headers: str | None) -> list[str]:
        measured = {"requests": counts[url], "seconds": 1.0, "p50_ms": 1.0, "p99_ms": 1.0, "errors": 0}
        return [sys.executable, "-c", f"print({json.dumps(json.dumps(measured))})"]

    return generator.Generator("told", command)


def test_a_peer_that_does_not_keep_up_is_told_and_left_out() -> None:
    running = [servers.Server(name, os.getpid(), name, name) for name in ("gatelet", "peer")]
    load_of = answer_counts({"gatelet": 10, "peer": 0})
    found, failed = throughput.measure(running, load_of, connections=(1,), rounds=2, seconds=1, tell=lambda line: None)
    assert len(found[1]["gatelet"]) == 2
    assert "peer" not in found[1]
    assert list(failed) == ["peer at 1 connections"]


def test_gatelet_s_own_failure_fails_the_run() -> None:
    running = [servers.Server("gatelet", os.getpid(), "gatelet", "gatelet")]
    with pytest.raises(servers.ServerFailed):
        throughput.measure(
            running, answer_counts({"gatelet": 0}), connections=(1,), rounds=1, seconds=1, tell=lambda line: None
        )
