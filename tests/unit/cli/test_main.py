"""The command line: flags, help, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gatelet.cli.main import main
from gatelet.server.config import SETTINGS


def test_every_setting_is_a_flag_with_its_variable(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("start", "up"):
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
        told = " ".join(capsys.readouterr().out.split())
        for setting in SETTINGS:
            assert f"--{setting.name.replace('_', '-')} " in told
            assert f"[{setting.variable}]" in told


@pytest.mark.parametrize(
    "argv", [["explode"], ["start", "--prot", "1"], ["invoke"], ["logs", "--since", "yesterday", "f"]]
)
def test_a_wrong_command_line_is_code_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(argv)


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["start", "--port", "http"], "port = 'http' is not a number"),
        (["start", "--host", "0.0.0.0"], "--mode secure"),
        (["up", "--mode", "prod"], "choose dev or secure"),
        (["start", "--config", "/does/not/exist.toml"], "does not exist"),
    ],
)
def test_a_wrong_configuration_is_code_2_in_one_line(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gatelet: ")
    assert words in line


def test_the_environment_counts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GATELET_PORT", "99999")
    assert main(["status"]) == 2
    assert "port = 99999 is not a port" in capsys.readouterr().err


def test_start_up_imports_only_what_start_up_needs() -> None:
    """design 5: botocore's models are read as data; its modules, and the clients', are never imported."""
    program = (
        "import sys, gatelet.cli.main, gatelet.cli.start, gatelet.server.lifecycle\n"
        "heavy = {'botocore', 'boto3', 'urllib3', 'http.client', 'multiprocessing', 'unittest', 'xml.etree'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    source = str(Path(__file__).parents[3] / "src")
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": source}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
