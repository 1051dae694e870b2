"""The keys that a request gives or an item has, checked against the table's schema. Pure.

Reference: platform-neighbours section 2 (the texts and the sizes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.storage.table_ports import ItemKey
from gatelet.tables import keys
from gatelet.tables.definition import Index, KeyAttribute, Table
from gatelet.tables.errors import ValidationFailure, wrong_parameters
from gatelet.tables.values import EMPTY, Item, Value, read_value, type_of

NO_MATCH = "The provided key element does not match the schema"
_EMPTY_KEY = "The AttributeValue for a key attribute cannot contain an empty {} value. {}"
_NOT_VALID = "One or more parameter values are not valid. "


def read_key(table: Table, raw: Mapping[str, Any]) -> Item:
    """The key attributes that a request gives: these and no others. Raises ValidationFailure."""
    given = {name: read_value(value) for name, value in raw.items()}
    if len(given) != len(table.keys):
        raise ValidationFailure("The number of conditions on the keys is invalid")
    for key in table.keys:
        value = given.get(key.name)
        if value is None or type_of(value) != key.type:
            raise ValidationFailure(NO_MATCH)
        _check_empty(key, value)
    return given


def check_item(table: Table, item: Item) -> None:
    """The item has the table's keys, and where it has an index's keys they fit. Raises ValidationFailure."""
    for key in table.keys:
        value = item.get(key.name)
        if value is None:
            raise wrong_parameters(f"Missing the key {key.name} in the item")
        if type_of(value) != key.type:
            raise wrong_parameters(f"Type mismatch for key {key.name} expected: {key.type} actual: {type_of(value)}")
        _check_empty(key, value)
    check_index_keys(table, item)


def check_index_keys(table: Table, item: Item) -> None:
    """Where the item has an index's key attributes, they fit. Raises ValidationFailure."""
    for index in table.indexes:
        for key in index.keys:
            value = item.get(key.name)
            if value is not None:
                _check_index_key(index, key, value)


def _check_index_key(index: Index, key: KeyAttribute, value: Value) -> None:
    if type_of(value) != key.type:
        raise wrong_parameters(
            f"Type mismatch for Index Key {key.name} Expected: {key.type} Actual: {type_of(value)} "
            f"IndexName: {index.name}"
        )
    if value in EMPTY:
        where = f"IndexName: {index.name}, IndexKey: {key.name}"
        raise ValidationFailure(
            f"{_NOT_VALID}A value specified for a secondary index key is not supported. "
            + _EMPTY_KEY.format(_kind(value), where)
        )
    most = quotas.PARTITION_KEY_BYTES if key == index.partition else quotas.SORT_KEY_BYTES
    if len(keys.encode(value)) > most:
        raise wrong_parameters(
            f"Size of index key has exceeded the maximum size limit of {most} bytes. IndexName: {index.name}, "
            f"IndexKey: {key.name}"
        )


def _check_empty(key: KeyAttribute, value: Value) -> None:
    if value in EMPTY:
        raise ValidationFailure(empty_key(key.name, value))


def empty_key(name: str, value: Value) -> str:
    """The words about a key attribute that is empty."""
    return _NOT_VALID + _EMPTY_KEY.format(_kind(value), f"Key: {name}")


def _kind(value: Value) -> str:
    return "string" if "S" in value else "binary"


def key_of(table: Table, item: Item) -> ItemKey:
    """Where the item is. Raises ValidationFailure for keys that are too long."""
    partition = keys.partition(item[table.partition.name])
    if keys.partition_bytes(partition) > quotas.PARTITION_KEY_BYTES:
        raise wrong_parameters(
            f"Size of hashkey has exceeded the maximum size limit of{quotas.PARTITION_KEY_BYTES} bytes"
        )
    if table.sort is None:
        return ItemKey(table.owner, partition, b"")
    sort = keys.encode(item[table.sort.name])
    if len(sort) > quotas.SORT_KEY_BYTES:
        raise wrong_parameters(
            f"Aggregated size of all range keys has exceeded the size limit of {quotas.SORT_KEY_BYTES} bytes"
        )
    return ItemKey(table.owner, partition, sort)


def key_attributes(table: Table, item: Item) -> Item:
    """The item's key attributes alone."""
    return {key.name: item[key.name] for key in table.keys}
