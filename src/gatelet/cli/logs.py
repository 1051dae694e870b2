"""``gatelet logs [-f] FUNCTION``."""

from __future__ import annotations

import argparse
import json

from gatelet.aws.clock import SystemClock
from gatelet.cli.endpoint import client_for
from gatelet.cli.follow import follow_group, print_event
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Print the log of a function (or of a log group named in full)."""
    client = client_for(arguments, config)
    group = arguments.function
    if "/" not in group:
        group = f"/aws/lambda/{group.rpartition(':')[2]}"
    since = int((SystemClock().now() - arguments.since) * 1000)
    if arguments.follow:
        follow_group(client, group, since)
    for event in client.filter_log_events(group, since):
        if arguments.json:
            print(json.dumps(event))
        else:
            print_event(event)
    return 0
