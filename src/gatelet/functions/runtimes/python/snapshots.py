"""SnapStart's runtime hooks: the interface of ``snapshot_restore_py``, which AWS's Python runtimes bring.

Reference: lambda-execution section 7; the Lambda developer guide, "SnapStart runtime hooks for Python".
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Callable
from typing import Any

MODULE = "snapshot_restore_py"
BEFORE_FAILED, AFTER_FAILED = 64, 65
"""The exit statuses of a hook that raised (lambda-execution section 3)."""

Hook = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Hooks:
    """What a function registered, in the order of its registration."""

    def __init__(self) -> None:
        self.before: list[Hook] = []
        self.after: list[Hook] = []

    def register_before_snapshot(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """Run the function before the snapshot is made; a decorator, too."""
        self.before.append((func, args, kwargs))
        return func

    def register_after_restore(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """Run the function when an environment begins from the snapshot; a decorator, too."""
        self.after.append((func, args, kwargs))
        return func

    def get_before_snapshot(self) -> list[Hook]:
        """``(function, args, kwargs)`` in the order of registration."""
        return self.before

    def get_after_restore(self) -> list[Hook]:
        """``(function, args, kwargs)`` in the order of registration."""
        return self.after


def provide() -> None:
    """Make the module importable unless the function or the runtime's libraries bring it."""
    if MODULE in sys.modules or importlib.util.find_spec(MODULE) is not None:
        return
    hooks = Hooks()
    module = types.ModuleType(MODULE, "Runtime hooks of Lambda SnapStart.")
    for name in ("register_before_snapshot", "register_after_restore", "get_before_snapshot", "get_after_restore"):
        setattr(module, name, getattr(hooks, name))
    sys.modules[MODULE] = module


def run_before() -> None:
    """The last that was registered first. Raises what a hook raises."""
    for function, args, kwargs in reversed(_registered("get_before_snapshot")):
        function(*args, **kwargs)


def run_after() -> None:
    """In the order of registration. Raises what a hook raises."""
    for function, args, kwargs in list(_registered("get_after_restore")):
        function(*args, **kwargs)


def _registered(which: str) -> list[Hook]:
    module = sys.modules.get(MODULE)
    found: list[Hook] = getattr(module, which)() if module is not None else []
    return list(found)
