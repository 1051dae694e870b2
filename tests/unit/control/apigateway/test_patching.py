"""The patch engine: matching, refusing, and what setters do. control plane 1.1."""

from __future__ import annotations

import pytest

from gatelet.aws.errors import AwsError
from gatelet.control.apigateway.patching import (
    Row,
    Table,
    as_invalid_path,
    clear,
    in_plain_words,
    in_table_words,
    map_row,
    set_flag,
    set_required_text,
    set_text,
)

ROWS = (
    Row("/name", {"replace": set_required_text("name")}),
    Row("/note", {"replace": set_text("note"), "remove": clear("note")}),
    Row("/enabled", {"replace": set_flag("enabled")}),
    map_row("/models/{type}", "models", missing="not there"),
)


def message(table, *operations):
    with pytest.raises(AwsError) as caught:
        table.apply({}, [dict(zip(("op", "path", "value"), one, strict=False)) for one in operations])
    assert caught.value.code in {"BadRequestException", "NotFoundException"}
    return caught.value.message


@pytest.mark.parametrize(
    ("op", "path", "expected"),
    [
        (
            "move",
            "/name",
            "Invalid patch path  '/name' specified for op 'move'. Please choose supported operations",
        ),
        (
            "replace",
            "/nothing",
            (
                "Invalid patch path  '/nothing' specified for op 'replace'. Must be one of: "
                "[/name, /note, /enabled, /models/{type}]"
            ),
        ),
        (
            "remove",
            "/name",
            "Invalid patch path  '/name' specified for op 'remove'. Must be one of: [/note, /models/{type}]",
        ),
    ],
)
def test_the_wording_of_tables(op, path, expected):
    assert message(Table(ROWS, in_table_words), (op, path, "x")) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "replace", "path": "/nothing"}, "Invalid patch path /nothing"),
        ({"op": "replace"}, "Invalid patch path null"),
        ({"op": "add", "path": "/name"}, "Invalid patch operation specified. Must be one of: [replace]"),
        ({"path": "/name"}, "Invalid patch operation specified. Must be one of: [replace]"),
        ({"op": "replace", "path": "name"}, "Invalid patch path name"),
        ({"op": "replace", "path": "/models/"}, "Invalid patch path /models/"),
        ({"op": "replace", "path": "/models/a/b"}, "Invalid patch path /models/a/b"),
    ],
)
def test_the_plain_wording(operation, expected):
    with pytest.raises(AwsError, match=r"Invalid patch") as caught:
        Table(ROWS, in_plain_words).apply({}, [operation])
    assert caught.value.message == expected


def test_every_misfit_is_an_invalid_path():
    assert message(Table(ROWS, as_invalid_path), ("add", "/name", "x")) == "Invalid patch path /name"


def test_setters_change_the_target():
    target = {"note": "old"}
    Table(ROWS, in_plain_words).apply(
        target,
        [
            {"op": "replace", "path": "/name", "value": "new"},
            {"op": "replace", "path": "/enabled", "value": "true"},
            {"op": "remove", "path": "/note"},
            {"op": "add", "path": "/models/application~1json", "value": "User"},
            {"op": "add", "path": "/models/a~0b", "value": "Tilde"},
        ],
    )
    assert target == {"name": "new", "enabled": True, "models": {"application/json": "User", "a~b": "Tilde"}}


@pytest.mark.parametrize("value", ["false", "True", "whatever", None])
def test_string_booleans_are_lenient(value):
    """control plane 1.1: any value other than "true" becomes false."""
    target = {}
    Table(ROWS, in_plain_words).apply(target, [{"op": "replace", "path": "/enabled", "value": value}])
    assert target == {"enabled": False}


def test_the_last_entry_takes_the_map_with_it():
    """control plane 5.2."""
    target = {"models": {"application/json": "User"}}
    Table(ROWS, in_plain_words).apply(target, [{"op": "remove", "path": "/models/application~1json"}])
    assert target == {}


@pytest.mark.parametrize("op", ["replace", "remove"])
def test_a_missing_entry_is_not_found(op):
    assert message(Table(ROWS, in_plain_words), (op, "/models/text~1plain", "x")) == "not there"


def test_a_required_text_may_not_be_empty():
    assert message(Table(ROWS, in_plain_words), ("replace", "/name", "")) == "Invalid null or empty value in name"
