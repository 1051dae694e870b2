"""``gatelet invoke FUNCTION``."""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

from gatelet.cli.attach import how_to_attach
from gatelet.cli.endpoint import client_for
from gatelet.cli.failure import CommandFailed
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Run the function; its answer on standard output, its log on standard error; 1 if the function failed."""
    payload = _event(arguments.event)
    client = client_for(arguments, config)
    port = arguments.debug_port if arguments.debug else 0
    if port:
        sys.stderr.write(how_to_attach(client, arguments.function, port, arguments.sources))
        sys.stderr.flush()
    answer = client.invoke(arguments.function, payload, tail=True, debug_port=port)
    log = base64.b64decode(answer.headers.get("x-amz-log-result", "")).decode("utf-8", "replace")
    error = answer.headers.get("x-amz-function-error")
    text = answer.body.decode("utf-8", "replace")
    if arguments.json:
        print(
            json.dumps(
                {
                    "statusCode": answer.status,
                    "functionError": error,
                    "executedVersion": answer.headers.get("x-amz-executed-version"),
                    "requestId": answer.headers.get("x-amzn-requestid"),
                    "payload": _payload(text),
                    "log": log,
                }
            )
        )
    else:
        if not arguments.quiet:
            sys.stderr.write(log)
            sys.stderr.flush()
        print(text)
    return 1 if error else 0


def _event(source: str | None) -> bytes:
    if source is None:
        return b"{}"
    try:
        payload = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise CommandFailed(f"the event file {source} cannot be read: {error.strerror}") from error
    try:
        json.loads(payload)
    except ValueError as error:
        where = "on standard input" if source == "-" else f"in {source}"
        raise CommandFailed(f"the event {where} is not JSON: {error}") from error
    return payload


def _payload(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:  # another runtime may answer with any text
        return text
