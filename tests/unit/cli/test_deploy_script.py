"""A directory's deploy.py: found, made ready, run, ended."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gatelet.cli.deploy_script import DeployScript, find
from gatelet.cli.failure import CommandFailed


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """A runtime directory whose boto3 leaves a mark when it is imported."""
    library = tmp_path / "runtime" / "python"
    library.mkdir(parents=True)
    (library / "boto3.py").write_text("MARK = 'the one of the runtime directory'\n")
    return library.parent


def script(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "example" / "deploy.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_it_runs_as_if_started_by_itself(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of the user")
    (tmp_path / "example").mkdir()
    (tmp_path / "example" / "beside.py").write_text("VALUE = 'found'\n")
    path = script(
        tmp_path,
        "import boto3, beside, json, os, sys\n"
        "told = [__name__, __file__, sys.argv, beside.VALUE, boto3.MARK,\n"
        "        {k: v for k, v in os.environ.items() if k.startswith('AWS_')}]\n"
        f"open({str(tmp_path / 'told')!r}, 'w').write(json.dumps(told))\n",
    )
    with closing(DeployScript(find(path.parent, runtime), runtime)) as deployment:
        deployment.prepare()
        assert not (tmp_path / "told").exists()
        deployment.run({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    import json

    name, file, argv, value, mark, variables = json.loads((tmp_path / "told").read_text())
    assert (name, file, argv) == ("__main__", str(path), [str(path)])
    assert (value, mark) == ("found", "the one of the runtime directory")
    assert variables == {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_what_fails_is_told(tmp_path: Path, runtime: Path) -> None:
    path = script(tmp_path, "raise SystemExit(7)\n")
    with (
        closing(DeployScript(path, runtime)) as deployment,
        pytest.raises(CommandFailed, match=r"deploy\.py failed with exit code 7"),
    ):
        deployment.run({})


def test_what_is_not_told_to_run_does_not(tmp_path: Path, runtime: Path) -> None:
    """A start that failed: the script never ran, and nothing is left."""
    path = script(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with closing(DeployScript(path, runtime)) as deployment:
        deployment.prepare()
    assert not (tmp_path / "ran").exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_is_not_there_is_told(tmp_path: Path, runtime: Path) -> None:
    with pytest.raises(CommandFailed, match=r"holds no deploy\.py"):
        find(tmp_path, runtime)
    path = script(tmp_path, "")
    with pytest.raises(CommandFailed, match="gatelet install-runtime"):
        find(path.parent, tmp_path / "nothing")
