"""Following logs: poll, print what is new."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from typing import Any

from gatelet.aws.clock import SystemClock
from gatelet.cli.client import Client
from gatelet.cli.colours import colours_of
from gatelet.cli.failure import CallRefused

LAMBDA_PREFIX = "/aws/lambda/"
_POLL_SECONDS = 0.5
_OVERLAP_MS = 5_000
"""Events may be stored a moment after their timestamp: look back this far, and print each once."""

Stopped = Callable[[float], bool]
"""Wait that many seconds; True if it is time to stop (``threading.Event.wait`` is one)."""


class Follower:
    """Gives the new events of one log group, each once."""

    def __init__(self, client: Client, group: str, since_ms: int) -> None:
        self._client = client
        self._group = group
        self._since = since_ms
        self._seen: dict[str, int] = {}

    def poll(self) -> list[dict[str, Any]]:
        """The events that were not there at the last poll, in order; none while the group does not exist."""
        fresh = []
        for event in self._events():
            if event["eventId"] not in self._seen:
                self._seen[event["eventId"]] = event["timestamp"]
                fresh.append(event)
        if self._seen:
            self._since = max(self._since, max(self._seen.values()) - _OVERLAP_MS)
            self._seen = {id_: at for id_, at in self._seen.items() if at >= self._since}
        return fresh

    def _events(self) -> list[dict[str, Any]]:
        try:
            return self._client.filter_log_events(self._group, self._since)
        except CallRefused as refusal:
            if refusal.code != "ResourceNotFoundException":
                raise
            return []  # a function's group is made at its first invocation


def print_event(event: dict[str, Any], prefix: str = "") -> None:
    """One event, without the newline that Lambda keeps at its end."""
    sys.stdout.write(f"{prefix}{event['message'].rstrip(chr(10))}\n")


def follow_group(client: Client, group: str, since_ms: int, stopped: Stopped, show: Callable[[Any], None]) -> None:
    """Show a group's events until stopped or interrupted."""
    follower = Follower(client, group, since_ms)
    while True:
        for event in follower.poll():
            show(event)
        sys.stdout.flush()
        if stopped(_POLL_SECONDS):
            return


def follow_all(client: Client, stopped: Stopped, groups: Collection[str] = (), since_ms: int | None = None) -> None:
    """Print the events of the groups (none named: of all), each line with its group, until stopped or interrupted.

    ``since_ms`` in epoch milliseconds; None: from now on.
    """
    since = int(SystemClock().now() * 1000) if since_ms is None else since_ms
    colours = colours_of(sys.stdout, os.environ)
    followers: dict[str, Follower] = {}
    while True:
        for group in groups or client.log_groups():
            if group not in followers:
                followers[group] = Follower(client, group, since)
        for group, follower in followers.items():
            for event in follower.poll():
                print_event(event, colours.paint(group, f"{group.removeprefix(LAMBDA_PREFIX)}  "))
        sys.stdout.flush()
        if stopped(_POLL_SECONDS):
            return
