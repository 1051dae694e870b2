"""How a process that runs a Python handler begins with the function's code, and how it ends."""

from __future__ import annotations

import atexit
import os
import time
import traceback
from collections.abc import Callable
from typing import Any

from . import debugging, faults, loading, output, snapshots

Handler = Callable[[Any, Any], Any]


def prepare(settings: dict[str, Any], preloaded: loading.Preloaded) -> None:
    """The variables, the paths and the directory that the function's code is imported with."""
    for name in list(os.environ):  # not ``clear`` and ``update``, whose ways are long: a fork copies what they touch
        del os.environ[name]
    for name, value in settings["environment"].items():
        os.environ[name] = value
    time.tzset()
    code, runtime, layers = settings["code"], settings["runtime"], settings["layers"]
    if preloaded.modules:
        loading.forget_shadowed(code, runtime, preloaded, layers)
    loading.set_path(code, runtime, layers)
    snapshots.provide()
    os.chdir(code)


def load(settings: dict[str, Any], streams: output.Streams) -> tuple[Handler | None, dict[str, Any]]:
    """Import the handler: it, or None and the error, which is in the log by then."""
    paths = faults.Paths(settings["code"], settings["runtime"])
    try:
        if settings.get("debug_port", 0):
            debugging.wait(settings["debug_port"])
        handler = loading.find_handler(settings["handler"], paths)
    except Exception as error:  # noqa: BLE001 - the user's module may raise anything
        fault = faults.of_exception(error, "", paths)
        streams.finish()
        streams.journal.event(output.init_warning())
        streams.journal.event(output.error_event(fault))
        return None, fault
    streams.finish()
    return handler, {}


def live(serve: Callable[[], None], streams: output.Streams) -> None:
    """``serve`` until the process ends, in the way of Python."""
    try:
        serve()
    except SystemExit as error:
        leave(streams, exit_status(error))
    except BaseException:  # noqa: BLE001 - KeyboardInterrupt and faults of ours end the process, said in its log
        traceback.print_exc()
        leave(streams, 1)


def leave(streams: output.Streams, status: int) -> None:
    """End the process as ``sys.exit`` does: exit handlers run, what was printed is kept."""
    atexit._run_exitfuncs()  # noqa: SLF001 - the one way to run them without unwinding through the zygote
    streams.finish()
    os._exit(status)


def exit_status(error: SystemExit) -> int:
    """The exit status that the interpreter gives for ``sys.exit(...)``."""
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1
