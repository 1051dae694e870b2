"""Checks one payload in a process of its own: ``python -m gatelet.control.lambda_.payload_child``.

Reads the payload from standard input to its end, and answers what is wrong with it, or null, as JSON.
"""

from __future__ import annotations

import json
import sys

from gatelet.control.lambda_.json_payload import fault_of


def main() -> None:
    """Answer."""
    sys.stdout.write(json.dumps(fault_of(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
