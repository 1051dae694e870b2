"""Pages as they are answered."""

from __future__ import annotations

import orjson

from gatelet.storage.table_ports import Definition, Page, PageRange, Row
from gatelet.tables.definition import Table
from gatelet.tables.reads import Read, shape

TABLE = Table(
    Definition(
        1,
        "000000000000",
        "us-east-1",
        "t",
        1,
        {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    )
)


def test_an_item_that_was_deleted_meanwhile_is_not_there() -> None:
    """A page of an index is read before the items behind it: what is gone by then is no empty item."""
    held = orjson.dumps({"id": {"S": "b"}, "v": {"S": "x"}})
    entries = [orjson.dumps({"id": {"S": name}}) for name in "ab"]
    page = Page([Row(b"p", b"", b"p", b"", entry, 3) for entry in entries], more=False)
    found = shape(Read(TABLE, None, PageRange(1, entries=True), fetch=True), page, [None, held])
    assert orjson.loads(orjson.dumps(found.items)) == [{"id": {"S": "b"}, "v": {"S": "x"}}]
    assert (found.count, found.scanned, found.size, found.fetched) == (1, 1, 6, (5,))


def test_projections_are_json_before_the_answer_is_put_together() -> None:
    """A page is shaped in a thread where it is long; what is left for the event loop is to copy bytes."""
    rows = [Row(b"p", b"", b"", b"", orjson.dumps({"id": {"S": "a"}, "m": {"M": {"x": {"S": "1"}}}}), 3)]
    read = Read(TABLE, None, PageRange(1, entries=False), projection=(("m", "x"),))
    (item,) = shape(read, Page(rows, more=False)).items
    assert isinstance(item, orjson.Fragment)
    assert orjson.loads(orjson.dumps(item)) == {"m": {"M": {"x": {"S": "1"}}}}
