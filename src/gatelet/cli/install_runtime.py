"""``gatelet install-runtime``: boto3 for functions, in a directory of its own (as on AWS)."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from gatelet.cli.failure import CommandFailed
from gatelet.server.config import Config


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Install beside what is there, then swap: a running Gatelet never sees half a runtime."""
    target = config.runtime_dir / "python"
    fresh = target.with_name("python.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    what = ["--require-hashes", "-r", str(arguments.requirements)] if arguments.requirements else ["boto3"]
    print(f"Installing boto3 for functions into {target} ...")
    _install(fresh, "boto3", what)
    if arguments.debug:
        _install(fresh, "debugpy", ["debugpy"])
    _swap(fresh, target)
    return 0


def _install(target: Path, name: str, what: list[str]) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*pip, "install", "--target", str(target), *what], check=False)
    if done.returncode != 0:
        raise CommandFailed(f"pip could not install {name} for functions; its message stands above.")


def _swap(fresh: Path, target: Path) -> None:
    old = target.with_name("python.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
