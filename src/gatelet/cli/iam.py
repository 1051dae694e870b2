"""``gatelet iam simulate PRINCIPAL ACTION [RESOURCE]``: may X do Y on Z, and by which statement."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from gatelet.cli.endpoint import client_for
from gatelet.cli.failure import CommandFailed
from gatelet.cli.iam_client import IamClient, Simulation
from gatelet.server.config import Config

_WORDS = {"allowed": "allowed", "explicitDeny": "denied, explicitly", "implicitDeny": "denied: nothing allows it"}


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Ask the simulator and print its answer; exit code 1 if the action is not allowed."""
    client = IamClient(client_for(arguments, config))
    arn = client.principal_arn(arguments.principal)
    found = client.simulate(arn, arguments.action, arguments.resource, context_of(arguments.context or []))
    print(json.dumps({"principal": arn, **asdict(found)}) if arguments.json else told(arn, found))
    return 0 if found.decision == "allowed" else 1


def context_of(given: list[str]) -> dict[str, list[str]]:
    """``KEY=VALUE`` pairs as condition keys; a key that comes again has several values. Raises CommandFailed."""
    context: dict[str, list[str]] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise CommandFailed(f"--context {pair!r} is not KEY=VALUE.")
        context.setdefault(key, []).append(value)
    return context


def told(arn: str, found: Simulation) -> str:
    """The answer for people."""
    lines = [f"{arn}", f"  {found.action} on {found.resource}: {_WORDS.get(found.decision, found.decision)}"]
    for statement in found.statements:
        lines += [f"  by {statement.policy}", *(f"    {line}" for line in statement.text.splitlines())]
    if found.within_boundary is False:
        lines.append("  its permissions boundary does not allow it")
    if found.missing and found.decision != "allowed":
        lines.append(
            f"  its policies look at keys without a value here: {', '.join(found.missing)} (--context KEY=VALUE)"
        )
    return "\n".join(lines)
