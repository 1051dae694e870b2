"""Waiting for a debugger before the handler's module is imported.

The debugger's adapter runs in this process: the sandbox needs to let no other program start, and what listens ends
with the environment. debugpy comes from the runtime's directory (``gatelet install-runtime --debug``), or from the
function's own code.
"""

from __future__ import annotations

import importlib
import os
import sys

from . import faults

HOST = "127.0.0.1"
_QUIET = "PYDEVD_DISABLE_FILE_VALIDATION"


def wait(port: int) -> None:
    """Return once a client has attached and set its breakpoints. Raises Fault."""
    os.environ[_QUIET] = "1"  # its advice about frozen modules is none for the function's log
    try:
        debugpy = importlib.import_module("debugpy")
    except ImportError as error:
        raise faults.Fault(
            "Runtime.DebuggerMissing", f"debugpy cannot be imported ({error}): gatelet install-runtime --debug adds it"
        ) from None
    try:
        debugpy.listen((HOST, port), in_process_debug_adapter=True)
    except (OSError, RuntimeError) as error:
        raise faults.Fault("Runtime.DebuggerError", f"debugpy cannot listen on {HOST}:{port}: {error}") from None
    del os.environ[_QUIET]
    sys.stdout.write(f"Waiting for a debugger on {HOST}:{port}\n")
    sys.stdout.flush()
    debugpy.wait_for_client()
