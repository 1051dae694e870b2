"""`python -m benchmarks` measures; `python -m benchmarks compare` looks back at the last two results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from benchmarks import (
    environments,
    generator,
    idle,
    machine,
    memory,
    report,
    results,
    servers,
    starting,
    templates,
    throughput,
)
from benchmarks.peers import ministack, serverless_offline

_PEERS: tuple[tuple[str, Callable[[], bool], Callable[[], AbstractContextManager[servers.Server]]], ...] = (
    ("granian inline", servers.have_granian, servers.granian_inline),
    ("serverless-offline", serverless_offline.installed, serverless_offline.serve),
    ("ministack", ministack.installed, ministack.serve),
)


def main() -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    _measuring_flags(parser)
    commands.add_parser("compare", help="the last two results; exit code 1 if a ratio to granian fell by over 10 %%")
    arguments = parser.parse_args()
    return _compare() if arguments.command == "compare" else _measure(arguments)


def _measuring_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--connections", type=_numbers, default=(1, 16, 64), metavar="N,N", help="default: 1,16,64")
    parser.add_argument("--rounds", type=int, default=5, help="bursts a server and number of connections (default: 5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a burst (default: 3)")
    parser.add_argument("--functions", type=int, default=20, help="fresh functions to call (default: 20)")
    parser.add_argument("--idle", type=int, default=200, help="functions that rest (default: 200)")
    parser.add_argument("--starts", type=int, default=5, help="cold and warm starts (default: 5)")
    parser.add_argument("--no-save", action="store_true", help="print only")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _measure(arguments: argparse.Namespace) -> int:
    begun = datetime.now(UTC).isoformat(timespec="seconds")
    facts = machine.facts()
    load = generator.choose()
    skipped: dict[str, str] = {}
    with ExitStack() as stack:
        _tell("Starting the servers ...")
        gatelet = stack.enter_context(servers.gatelet())
        at_rest = memory.measure(gatelet)
        _tell(f"New environments: {arguments.functions} fresh functions ...")
        new_environment = environments.measure(gatelet, arguments.functions)
        _tell(f"From a template: {arguments.functions} environments of one function ...")
        from_template = templates.measure(gatelet, arguments.functions)
        running = [gatelet, servers.with_mappings(gatelet), *_start_peers(stack, skipped)]
        _tell(f"Throughput with {load.name}: {', '.join(server.name for server in running)} ...")
        samples, failed = throughput.measure(
            running,
            load,
            connections=arguments.connections,
            rounds=arguments.rounds,
            seconds=arguments.seconds,
            tell=_tell,
        )
    _tell(f"At rest: {arguments.idle} functions ...")
    at_rest_together = idle.measure(arguments.idle)
    _tell(f"Starts: {arguments.starts} cold and warm ...")
    result = {
        "commit": machine.commit(),
        "measured_at": begun,
        "machine": facts,
        "load_generator": load.name,
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "throughput": _by_connections(samples, throughput.medians),
        "ratios": {
            str(count): {
                name: throughput.ratio(rows["gatelet"], row) for name, row in rows.items() if name != "gatelet"
            }
            for count, rows in samples.items()
        },
        "samples": _by_connections(samples, lambda row: [asdict(sample) for sample in row]),
        "not_measured": skipped | failed,
        "new_environment": asdict(new_environment),
        "from_template": asdict(from_template),
        "idle_functions": asdict(at_rest_together),
        "starting": asdict(starting.measure(arguments.starts)),
        "memory": asdict(at_rest),
    }
    print(report.render(result))
    if not arguments.no_save:
        _tell(f"Saved as {results.save(result)}; `python -m benchmarks compare` looks back.")
    return 0


def _start_peers(stack: ExitStack, skipped: dict[str, str]) -> list[servers.Server]:
    started = []
    for name, installed, serve in _PEERS:
        if not installed():
            skipped[name] = "not installed"
            continue
        try:
            started.append(stack.enter_context(serve()))
        except servers.ServerFailed as failure:
            skipped[name] = f"did not start: {str(failure)[:300]}"
            _tell(f"{name} did not start: {failure}")
    return started


def _by_connections(
    samples: dict[int, dict[str, list[throughput.Sample]]], digest: Callable[[list[throughput.Sample]], Any]
) -> dict[str, dict[str, Any]]:
    return {str(count): {name: digest(row) for name, row in rows.items()} for count, rows in samples.items()}


def _compare() -> int:
    found = results.last_two()
    if len(found) < 2:
        _tell("There is nothing to compare: run `python -m benchmarks` at two commits.")
        return 0
    lines, regressions = results.compare(*found)
    print("\n".join(lines))
    if regressions:
        print(f"Slower than before by more than {results.FALL:.0%}:", *regressions, sep="\n  ")
        return 1
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
