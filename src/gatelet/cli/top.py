"""``gatelet top``: what a running Gatelet does now, again and again until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from time import sleep
from typing import TextIO

from gatelet.cli.client import Client
from gatelet.cli.colours import colours_of
from gatelet.cli.endpoint import client_for
from gatelet.cli.top_rates import Rates, rates
from gatelet.cli.top_screen import Paint, screen
from gatelet.server.config import Config

_OTHER_SCREEN, _BACK = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Show rates until interrupted, or once."""
    client = client_for(arguments, config)
    show = _show_json if arguments.json else _plain
    try:
        if arguments.once:
            show(next(_measured(client, arguments.interval)), client.endpoint)
        elif arguments.json or not _redraws(sys.stdout, os.environ):
            for measured in _measured(client, arguments.interval):
                show(measured, client.endpoint)
        else:
            _live(client, arguments.interval)
    except KeyboardInterrupt:
        pass
    return 0


def _measured(client: Client, interval: float) -> Iterator[Rates]:
    before = client.top()
    while True:
        sleep(interval)
        after = client.top()
        yield rates(before, after)
        before = after


def _live(client: Client, interval: float) -> None:
    paint = _painter(sys.stdout, os.environ)
    before = client.top()
    with _own_screen(sys.stdout):
        measured = rates(before, before)
        while True:
            size = shutil.get_terminal_size()
            lines = screen(measured, client.endpoint, size.columns, size.lines, paint)
            frame = f"{_REST_OF_LINE}\r\n".join(lines)
            sys.stdout.write(f"{_HOME}{frame}{_REST_OF_LINE}{_REST_OF_SCREEN}")
            sys.stdout.flush()
            sleep(interval)
            after = client.top()
            measured, before = rates(before, after), after


def _plain(measured: Rates, endpoint: str) -> None:
    width = shutil.get_terminal_size((100, 24)).columns
    print("\n".join(screen(measured, endpoint, width, None, _painter(sys.stdout, os.environ))), flush=True)


def _show_json(measured: Rates, endpoint: str) -> None:
    print(json.dumps({"endpoint": endpoint, **asdict(measured)}), flush=True)


@contextmanager
def _own_screen(stream: TextIO) -> Iterator[None]:
    """What was on the terminal is there again afterwards."""
    stream.write(_OTHER_SCREEN)
    try:
        yield
    finally:
        stream.write(_BACK)
        stream.flush()


def _redraws(stream: TextIO, environment: Mapping[str, str]) -> bool:
    return stream.isatty() and environment.get("TERM") != "dumb"


def _painter(stream: TextIO, environment: Mapping[str, str]) -> Paint:
    if not colours_of(stream, environment).enabled:
        return lambda _, text: text
    return lambda rendition, text: f"\x1b[{rendition}m{text}\x1b[0m"
