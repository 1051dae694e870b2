"""Finding the user's handler and the gateway's event builder."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import site
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import faults, snapshots

PRELOADED = ("boto3", "botocore.session", "botocore.httpsession", "s3transfer", "logging.handlers", "decimal", "uuid")
"""What most functions import; a zygote loads it once. What the host lacks or cannot load is passed over."""


def load_module_from(path: str, name: str) -> Any:
    """Run one file as a module that is in nobody's way. Raises ImportError."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Preloaded:
    """Modules that were there before a function's code was known."""

    modules: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    """The first parts of their names."""


NOTHING = Preloaded()


def preload(runtime: str) -> Preloaded:
    """Import the common libraries, from the runtime's directory as far as it has them."""
    before = set(sys.modules)
    if runtime:
        sys.path.insert(0, runtime)
    for name in PRELOADED:
        known = set(sys.modules)
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001 - a library that this interpreter cannot load is the function's affair
            for half_loaded in set(sys.modules) - known:
                del sys.modules[half_loaded]
    snapshots.provide()
    site.setquit()
    added = frozenset(set(sys.modules) - before)
    return Preloaded(added, frozenset(name.partition(".")[0] for name in added))


def forget_shadowed(code: str, runtime: str, preloaded: Preloaded, layers: str = "") -> None:
    """Drop preloaded modules that the function or its layers bring: they come first on ``sys.path``."""
    places = [code, *filter(os.path.isdir, layer_paths(layers))]
    own = {name.partition(".")[0] for place in places for name in os.listdir(place)}  # noqa: PTH208 - pathlib is slow
    if preloaded.packages.isdisjoint(own):
        return
    shadowed = [name for name in preloaded.modules if name.partition(".")[0] in own]
    libraries = [name for name in preloaded.modules if _comes_from(name, runtime)]
    # Never mix a library of the function with another version's half of the runtime's.
    if any(name in libraries for name in shadowed):
        shadowed += libraries
    for name in shadowed:
        sys.modules.pop(name, None)


def _comes_from(name: str, directory: str) -> bool:
    path = getattr(sys.modules.get(name), "__file__", None)
    return bool(directory) and path is not None and path.startswith(directory + "/")


def set_path(code: str, runtime: str, layers: str = "") -> None:
    """``/var/task``, the layers' Python, the runtime's libraries, the standard library; ``exit`` as with ``site``."""
    library = [entry for entry in sys.path if entry not in (code, runtime)]
    own = [code, *layer_paths(layers), *([runtime] if runtime else [])]
    sys.path[:] = [*own, *library]
    sys.dont_write_bytecode = True
    if not hasattr(builtins, "exit"):
        site.setquit()


def layer_paths(layers: str) -> list[str]:
    """Where Python looks below ``/opt`` (lambda-execution section 6); ``layers`` is the real directory, or empty."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [f"{layers}/python/lib/{version}/site-packages", f"{layers}/python"] if layers else []


def find_handler(name: str, paths: faults.Paths) -> Callable[[Any, Any], Any]:
    """Import the module of the handler. Raises Fault, or whatever the module's own code raises."""
    module_name, attribute = faults.split_handler(name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise faults.import_fault(module_name, error) from None
    except SyntaxError as error:
        raise faults.syntax_fault(module_name, error, paths) from None
    try:
        handler: Callable[[Any, Any], Any] = getattr(module, attribute)
    except AttributeError:
        raise faults.Fault(
            "Runtime.HandlerNotFound", f"Handler '{attribute}' missing on module '{module_name}'"
        ) from None
    return handler
