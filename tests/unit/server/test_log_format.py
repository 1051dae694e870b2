"""The process's own log: JSON for machines, and a level that exists."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from gatelet.server.errors import InvalidConfiguration
from gatelet.server.log_format import JsonFormatter, log_to_standard_error


def test_a_record_is_one_json_object() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("gatelet.x", logging.ERROR, "", 1, "said %s", ("so",), sys.exc_info())
    text = JsonFormatter().format(record)
    assert "\n" not in text
    entry = json.loads(text)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "gatelet.x", "said so")
    assert entry["exception"].endswith("ValueError: two\nlines")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="GATELET_LOG_LEVEL = 'LOUD': choose one of DEBUG"):
        log_to_standard_error({"GATELET_LOG_LEVEL": "loud"})
