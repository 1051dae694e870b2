"""``gatelet version``."""

from __future__ import annotations

import argparse
import json
import platform

import gatelet
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:  # noqa: ARG001 - every command has this shape
    """Print the version."""
    if arguments.json:
        print(json.dumps({"gatelet": gatelet.__version__, "python": platform.python_version()}))
    else:
        print(f"gatelet {gatelet.__version__} (Python {platform.python_version()}, {platform.machine()})")
    return 0
