"""Error payloads as Lambda's Python runtime words them (lambda-execution section 2).

Exception
└── Fault        the runtime's own verdict on the handler: its type starts with ``Runtime.``
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

Frame = tuple[str, Any, str, Any]

TASK_ROOT = "/var/task"
RUNTIME_DIRECTORY = "/var/runtime"
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs milliseconds here


class Fault(Exception):
    """An error that the runtime itself reports."""

    def __init__(self, error_type: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace or []


class Paths:
    """Shows real paths as the ones that a function has on AWS."""

    def __init__(self, code: str, runtime: str) -> None:
        self._code = code
        self._runtime = runtime

    def shown(self, path: str) -> str:
        """``/var/task/...`` for the function's own files, ``/var/runtime/...`` for those of its runtime."""
        for real, name in ((self._code, TASK_ROOT), (self._runtime, RUNTIME_DIRECTORY)):
            if real and path.startswith(real + "/"):
                return name + path[len(real) :]
        return path


def payload(message: str, error_type: str, request_id: str, trace: list[str]) -> dict[str, Any]:
    """The error object; the order of its keys is Lambda's."""
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def of_exception(error: BaseException, request_id: str, paths: Paths) -> dict[str, Any]:
    """What an exception becomes; frames of the runtime itself are left out."""
    if isinstance(error, Fault):
        return payload(error.message, error.error_type, request_id, error.trace)
    found = [(f.filename, f.lineno, f.name, f.line) for f in traceback.extract_tb(error.__traceback__)]
    while found and found[0][0].startswith(_HERE):
        found.pop(0)
    shown: list[Frame] = [(paths.shown(name), line, where, text) for name, line, where, text in found]
    return payload(str(error), type(error).__name__, request_id, traceback.format_list(shown))


def syntax_fault(module: str, error: SyntaxError, paths: Paths) -> Fault:
    """The module does not parse."""
    name = paths.shown(error.filename or "")
    trace = [f'  File "{name}" Line {error.lineno}\n    {error.text}']
    return Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}", trace)


def import_fault(module: str, error: ImportError) -> Fault:
    """The module, or one that it imports, cannot be found."""
    return Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")


def split_handler(handler: str) -> tuple[str, str]:
    """``(module, attribute)`` of a handler's name. Raises Fault."""
    try:
        module, attribute = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}") from None
    if module.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module} as a handler module")
    return module, attribute
