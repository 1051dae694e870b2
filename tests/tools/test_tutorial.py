"""The tutorial is run as a reader runs it: its own blocks, in order, in one shell, each printing what it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "tutorial.md"
FENCE = re.compile(r"^```(sh|python)\n(.*?)^```$\n(?:```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
END_OF_BLOCK = "--- end of a block ---"


@dataclass(frozen=True)
class Block:
    """A fenced block of commands, and what the document says that it prints (None: it does not say)."""

    language: str
    text: str
    shown: str | None

    def script(self) -> str:
        """The block as shell text."""
        if self.language == "sh":
            return self.text
        return f"{shlex.quote(sys.executable)} - <<'END_OF_PYTHON'\n{self.text}END_OF_PYTHON\n"


def blocks() -> list[Block]:
    """Every block of the document, in order."""
    return [Block(*found.groups()) for found in FENCE.finditer(DOCUMENT.read_text("utf-8"))]


def aws_cli() -> Path:
    """The AWS CLI of the virtualenv that `make` made for it."""
    return Path(os.environ.get("GATELET_AWSCLI", ROOT / ".venvs" / "awscli" / "bin" / "aws"))


def matches(shown: str, printed: str) -> bool:
    """Whether the output is what the document shows, where ``...`` stands for anything on its line."""
    pattern = re.escape(shown.rstrip("\n")).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, printed.strip("\n")) is not None


def test_every_block_prints_what_the_document_shows(own_gatelet: Any, tmp_path: Path) -> None:
    assert aws_cli().is_file(), f"{aws_cli()} is missing: `make test` installs it, or name another in GATELET_AWSCLI"
    walked = blocks()
    assert {"sh", "python"} == {block.language for block in walked}
    script = "set -euo pipefail\n" + "".join(f"{block.script()}echo; echo '{END_OF_BLOCK}'\n" for block in walked)
    script = script.replace("http://127.0.0.1:4566", own_gatelet.endpoint)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GATELET_"))}
    path = os.pathsep.join([str(aws_cli().parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=inherited | {"PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    outputs = done.stdout.split(f"{END_OF_BLOCK}\n")
    assert done.returncode == 0, f"block {len(outputs)} failed:\n{walked[len(outputs) - 1].text}\n{done.stderr}"
    assert len(outputs) == len(walked) + 1
    for block, printed in zip(walked, outputs, strict=False):
        if block.shown is not None:
            assert matches(block.shown, printed), f"{block.text}\nshows:\n{block.shown}\nprints:\n{printed}"


def test_the_document_shows_an_output_for_every_request() -> None:
    requests = [block for block in blocks() if re.search(r"^curl|urlopen|^aws lambda invoke", block.text, re.MULTILINE)]
    assert len(requests) >= 5
    assert [block.text for block in requests if block.shown is None] == []


def test_a_difference_in_the_output_is_seen() -> None:
    assert matches("(...) Execution failed\n", "(0f1e) Execution failed\n")
    assert not matches("(...) Execution failed\n", "(0f1e) Execution passed\n")
    assert not matches("200\n", "500\n200\n")
