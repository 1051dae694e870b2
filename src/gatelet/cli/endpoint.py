"""Which Gatelet a client command talks to."""

from __future__ import annotations

import argparse
import os

from gatelet.cli.client import Client
from gatelet.server.config import Config


def client_for(arguments: argparse.Namespace, config: Config) -> Client:
    """The client of ``--endpoint``, else of AWS_ENDPOINT_URL, else of the configured host and port."""
    endpoint = arguments.endpoint or os.environ.get("AWS_ENDPOINT_URL") or config.endpoint
    if "://" not in endpoint:
        endpoint = f"http://{endpoint}"
    return Client(endpoint, config.region)
