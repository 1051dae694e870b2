"""``gatelet logs [-f] [FUNCTION ...]``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from threading import Event
from typing import Any

from gatelet.aws.clock import SystemClock
from gatelet.cli.client import Client
from gatelet.cli.endpoint import client_for
from gatelet.cli.failure import CallRefused, CommandFailed
from gatelet.cli.follow import LAMBDA_PREFIX, follow_all, follow_group, print_event
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Print the logs of functions (or of log groups named in full): of one, of several, of all."""
    client = client_for(arguments, config)
    groups = [log_group(function) for function in arguments.function]
    since = int((SystemClock().now() - arguments.since) * 1000)
    show: Callable[[Any], None] = _print_json if arguments.json else print_event
    if len(groups) == 1:
        if arguments.follow:
            follow_group(client, groups[0], since, Event().wait, show)
        else:
            _print_group(client, groups[0], since, show)
    elif arguments.json:
        raise CommandFailed("--json prints the log of one function: name it.")
    else:
        follow_all(client, Event().wait if arguments.follow else _at_once, groups, since)
    return 0


def _at_once(_seconds: float) -> bool:
    return True


def _print_group(client: Client, group: str, since_ms: int, show: Callable[[Any], None]) -> None:
    try:
        events = client.filter_log_events(group, since_ms)
    except CallRefused as refusal:
        if refusal.code != "ResourceNotFoundException":
            raise
        raise CommandFailed(
            f"there is no log group {group}: the function was never invoked, or it is not there "
            "(`gatelet status` lists the functions)."
        ) from refusal
    for event in events:
        show(event)


def log_group(function: str) -> str:
    """The log group of a function (``name``, ``name:qualifier`` or an ARN); what has a ``/`` is a group's name."""
    if function.startswith("arn:"):
        parts = function.split(":")
        name = parts[6] if len(parts) > 6 else function
        return f"{LAMBDA_PREFIX}{name}" if parts[5:6] == ["function"] else name
    return function if "/" in function else f"{LAMBDA_PREFIX}{function.partition(':')[0]}"


def _print_json(event: dict[str, Any]) -> None:
    print(json.dumps(event))
