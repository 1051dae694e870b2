"""The facts without which a number says nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from benchmarks.servers import ROOT

_PACKAGES = ("httptools", "uvloop", "orjson", "botocore", "granian")


def facts() -> dict[str, object]:
    """Processor, memory, kernel, Python, and the versions that matter."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name)) is not None},
        "load_average": os.getloadavg()[0],
    }


def commit() -> str:
    """The short hash of what is measured; ``-dirty`` when the sources differ from it."""
    sha = _git("rev-parse", "--short", "HEAD") or "unknown"
    return f"{sha}-dirty" if _git("status", "--porcelain", "--", "src") else sha


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
