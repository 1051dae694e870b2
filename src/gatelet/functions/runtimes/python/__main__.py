"""Start a worker or a zygote: ``python -I -S __main__.py worker|zygote ARGUMENT...``.

Loads the directory of this file as the package ``gatelet_runtime``, whatever the directory is called.
"""

from __future__ import annotations

import importlib.util
import os
import sys


def load_package() -> None:
    """Make this directory importable as ``gatelet_runtime`` without touching ``sys.path``."""
    directory = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs milliseconds here
    spec = importlib.util.spec_from_file_location(
        "gatelet_runtime", f"{directory}/__init__.py", submodule_search_locations=[directory]
    )
    if spec is None or spec.loader is None:
        raise SystemExit("the runtime's files are incomplete")
    package = importlib.util.module_from_spec(spec)
    sys.modules["gatelet_runtime"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    load_package()
    role = importlib.import_module(f"gatelet_runtime.{sys.argv[1]}")
    role.main(sys.argv[2:])
