"""``gatelet invoke --debug`` as people use it: attach where it says, with what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT, RunningGatelet
from tests.debugger import Debugger, free_port, install_debugpy
from tests.walk import create_function

SOURCE = """def lambda_handler(event, context):
    print("handled")
    name = event["name"].upper()
    return {"hello": name}
"""
LINE = 4


def test_debug_a_function(tmp_path: Path) -> None:
    """The configuration that is printed is all that a debugger needs."""
    install_debugpy(tmp_path / "runtime")
    (tmp_path / "event.json").write_text('{"name": "ada"}')
    sources = tmp_path / "src"
    sources.mkdir()
    (sources / "lambda_function.py").write_text(SOURCE)
    gatelet = RunningGatelet(tmp_path / "data", ("--runtime-dir", str(tmp_path / "runtime")))
    gatelet.start()
    try:
        create_function(gatelet, "debugged", SOURCE, Timeout=1)
        answer, log = debug(gatelet, tmp_path)
        assert json.loads(answer) == {"hello": "ADA"}
        assert "handled" in log
    finally:
        gatelet.stop()


def debug(gatelet: RunningGatelet, place: Path) -> tuple[str, str]:
    """Invoke with --debug, attach with the printed configuration, stop once, go on."""
    port = free_port()
    command = [sys.executable, "-m", "gatelet.cli.main", "invoke", "debugged", "--debug", "--port", str(port)]
    command += ["--event", str(place / "event.json"), "--sources", str(place / "src"), "--endpoint", gatelet.endpoint]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        printed = ""
        while not printed.endswith("\n}\n"):
            line = process.stderr.readline()
            assert line, printed
            printed += line
        configuration = json.loads(printed[printed.index("{") :])
        assert configuration["connect"] == {"host": "127.0.0.1", "port": port}
        file = str(place / "src" / "lambda_function.py")
        debugger = Debugger(port)
        assert debugger.attach(file, LINE, configuration["pathMappings"])
        path, line_number, variables = debugger.stopped()
        assert (path, line_number, variables["name"]) == (file, LINE, "'ADA'")
        debugger.go_on()
        answer, log = process.communicate(timeout=30)
        debugger.close()
        assert process.returncode == 0, log
        return answer, log


@pytest.mark.parametrize("port", ["80", "70000", "x"])
def test_ports_that_cannot_be_waited_on(gatelet: RunningGatelet, port: str) -> None:
    command = [sys.executable, "-m", "gatelet.cli.main", "invoke", "nothing", "--debug", "--port", port]
    command += ["--endpoint", gatelet.endpoint]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (1, 2)
    assert "port" in done.stderr.lower()
