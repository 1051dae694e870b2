"""Write the table of settings into docs/CONFIGURATION.md, from server/config.SETTINGS.

python scripts/configuration.py            write it
python scripts/configuration.py --check    exit 1 if it is not what the code says
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gatelet.server.config import SETTINGS, Setting

DOCUMENT = Path(__file__).parents[1] / "docs" / "CONFIGURATION.md"
HEAD = "| setting | flag | environment | kind | default | meaning |\n|---|---|---|---|---|---|\n"


def main() -> int:
    """Write or check the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the document is out of date")
    check = parser.parse_args().check
    present = DOCUMENT.read_text("utf-8")
    text = with_table(present)
    if text == present:
        return 0
    if check:
        print("docs/CONFIGURATION.md is out of date: run `python scripts/configuration.py`.", file=sys.stderr)
        return 1
    DOCUMENT.write_text(text, "utf-8")
    print(f"Wrote {DOCUMENT}")
    return 0


def with_table(document: str) -> str:
    """The document with the table as the code has it; the words around it are written by hand."""
    before, _, rest = document.partition(HEAD)
    _, _, after = rest.partition("\n\n")
    return before + HEAD + "".join(_row(setting) for setting in SETTINGS) + "\n" + after


def _row(setting: Setting) -> str:
    flag = f"`--{setting.name.replace('_', '-')}`"
    kind = setting.kind.replace("|", " or ")
    default = f"`{setting.default}`" if setting.default else ""
    return f"| `{setting.name}` | {flag} | `{setting.variable}` | {kind} | {default} | {setting.meaning} |\n"


if __name__ == "__main__":
    sys.exit(main())
