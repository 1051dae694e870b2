"""``gatelet up --watch`` and the log of several functions, as a developer sees them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.conftest import ROOT
from tests.tools.test_cli import command, environment, read_until, started
from tests.walk import request


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(ROOT / "examples" / "users", tmp_path_factory.mktemp("watch") / "users"))


@pytest.fixture(scope="module")
def watching(project: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``up --watch`` over the project, and the invoke URL."""
    data = project.parent / "data"
    with started("up", str(project), "--watch", "--port", "0", "--data-dir", str(data)) as process:
        url = read_until(process, "Invoke URL: ")[-1].removeprefix("Invoke URL: ")
        read_until(process, "Watching ")
        yield process, url


def save(path: Path, old: str, new: str) -> None:
    """Save as editors do: another file takes the name."""
    fresh = path.with_suffix(".new")
    fresh.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    fresh.replace(path)


def test_the_next_request_runs_what_was_saved(watching: tuple[subprocess.Popen[str], str], project: Path) -> None:
    process, url = watching
    assert request(f"{url}/users?userId=1").json()["message"] == "No user has the id 1"
    for old, new in (("No user has", "Nobody has"), ("Nobody has", "There is nobody with")):
        save(project / "users.py", old, new)
        read_until(process, "Updated the code of usersFunction")
        assert request(f"{url}/users?userId=1").json()["message"] == f"{new} the id 1"


def test_any_other_change_runs_the_script_again(watching: tuple[subprocess.Popen[str], str], project: Path) -> None:
    process, url = watching
    save(project / "deploy.py", 'API = "users"', 'API = "users-again"')
    assert "Created the REST API users-again" in read_until(process, "Created the REST API")[-1]
    again = read_until(process, "Invoke URL: ")[-1].removeprefix("Invoke URL: ")
    assert again != url
    assert request(f"{again}/users?userId=12345").json()["userId"] == "12345"


def test_the_logs_of_all_functions_have_their_names(watching: tuple[subprocess.Popen[str], str]) -> None:
    _, url = watching
    assert request(f"{url}/users?userId=12345").status == 200
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    done = subprocess.run(
        command("logs", "--endpoint", origin),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "usersFunction  START RequestId: " in done.stdout
    assert "\x1b[" not in done.stdout
