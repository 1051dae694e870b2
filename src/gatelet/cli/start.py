"""``gatelet start``."""

from __future__ import annotations

import argparse
from functools import partial

from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:  # noqa: ARG001 - every command has this shape
    """Serve until SIGTERM or Ctrl-C."""
    from gatelet.server.lifecycle import serve_forever

    return serve_forever(config, show=partial(print, flush=True))
