"""Checks bodies in a process of its own: ``python -m gatelet.gateway.validation.child``.

Reads requests from standard input: a line of JSON (``root``, ``by_url``: the schemas; ``length`` of the body), then
the body. Answers each with a line of JSON: the text of ``validationErrorString``, or null. Ends with its input.
"""

from __future__ import annotations

import json
import signal
import sys
from functools import lru_cache

from gatelet.aws.quotas import VALIDATION_SECONDS
from gatelet.gateway.validation.model import BodyModel, compile_schemas
from gatelet.gateway.validation.schemas import Schemas


@lru_cache(maxsize=16)
def _model(schemas: str) -> BodyModel:
    told = json.loads(schemas)
    return compile_schemas(Schemas(told["root"], told["by_url"]))


def main() -> None:
    """Answer until the input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    for line in requests:
        request = json.loads(line)
        body = requests.read(request["length"])
        signal.alarm(VALIDATION_SECONDS + 1)  # nobody waits for longer; ends the native code, too
        answers.write(json.dumps(_model(request["schemas"]).check(body)).encode() + b"\n")
        answers.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
