"""What a table may be: its keys, its indexes, its throughput. Raises ValidationFailure.

Reference: platform-neighbours section 2 (the texts); API Reference (CreateTable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.dynamodb.naming import check_index_name
from gatelet.tables.errors import LimitExceeded, ValidationFailure, wrong_parameters

Document = Mapping[str, Any]

_NO_THROUGHPUT = "No provisioned throughput specified for the table"


def refuse_unsupported(request: Document) -> None:
    """What Gatelet does not do yet. Raises NotSupported."""
    if (request.get("SSESpecification") or {}).get("Enabled"):
        raise NotSupported("SSESpecification of a DynamoDB table")
    for name in (
        "ResourcePolicy",
        "OnDemandThroughput",
        "WarmThroughput",
        "ReplicaUpdates",
        "GlobalTableSettingsReplicationMode",
    ):
        if request.get(name) is not None:
            raise NotSupported(f"{name} of a DynamoDB table")
    for name in ("MultiRegionConsistency", "GlobalTableWitnessUpdates", "GlobalTableSourceArn"):
        if request.get(name) is not None:
            raise NotSupported(f"{name} of a DynamoDB table")


def check_attributes(request: Document) -> None:
    """Attribute definitions and key schemas name the same attributes."""
    definitions = [one["AttributeName"] for one in request.get("AttributeDefinitions") or ()]
    if len(set(definitions)) < len(definitions):
        raise wrong_parameters("Cannot have two attributes with the same name")
    schemas = [request["KeySchema"], *[index["KeySchema"] for index in indexes_of(request)]]
    for schema in schemas:
        _check_schema(schema, definitions)
    used = {one["AttributeName"] for schema in schemas for one in schema}
    if used < set(definitions):
        if not indexes_of(request):
            raise wrong_parameters(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                "AttributeDefinitions"
            )
        raise wrong_parameters(
            f"Some AttributeDefinitions are not used. AttributeDefinitions: {_listed(definitions)}, "
            f"keys used: {_listed(sorted(used))}"
        )


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def indexes_of(request: Document) -> list[Document]:
    """Every index that a table's description or request has."""
    return [*(request.get("LocalSecondaryIndexes") or ()), *(request.get("GlobalSecondaryIndexes") or ())]


def _check_schema(schema: Sequence[Document], definitions: Sequence[str]) -> None:
    if schema[0]["KeyType"] != "HASH":
        raise ValidationFailure("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) == 2 and schema[1]["KeyType"] != "RANGE":
        raise ValidationFailure("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    names = [one["AttributeName"] for one in schema]
    if len(set(names)) < len(names):
        raise wrong_parameters("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    if not set(names) <= set(definitions):
        raise wrong_parameters(
            f"Some index key attributes are not defined in AttributeDefinitions. Keys: {_listed(names)}, "
            f"AttributeDefinitions: {_listed(definitions)}"
        )


def check_indexes(request: Document) -> None:
    """Names, counts and projections of the indexes, and the keys of the local ones."""
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if request.get(member) is not None and not request[member]:
            raise wrong_parameters(f"List of {member} is empty")
    names: set[str] = set()
    for index in indexes_of(request):
        check_index_name(index["IndexName"])
        if index["IndexName"] in names:
            raise wrong_parameters(f"Duplicate index name: {index['IndexName']}")
        names.add(index["IndexName"])
        check_projection(index["Projection"])
    for index in request.get("LocalSecondaryIndexes") or ():
        _check_local(index, request["KeySchema"])
    check_counts(request)


def check_counts(request: Document) -> None:
    """No more indexes, and projected attributes, than a table may have."""
    if len(request.get("LocalSecondaryIndexes") or ()) > quotas.LOCAL_INDEXES_PER_TABLE:
        raise wrong_parameters(
            f"Number of LocalSecondaryIndexes exceeds per-table limit of {quotas.LOCAL_INDEXES_PER_TABLE}"
        )
    if len(request.get("GlobalSecondaryIndexes") or ()) > quotas.GLOBAL_INDEXES_PER_TABLE:
        raise wrong_parameters(
            f"GlobalSecondaryIndex count exceeds the per-table limit of {quotas.GLOBAL_INDEXES_PER_TABLE}"
        )
    projected = sum(len(index["Projection"].get("NonKeyAttributes") or ()) for index in indexes_of(request))
    if projected > quotas.PROJECTED_ATTRIBUTES:
        raise LimitExceeded(
            f"The number of projected attributes exceeds the limit of {quotas.PROJECTED_ATTRIBUTES} per table"
        )


def _check_local(index: Document, table: Sequence[Document]) -> None:
    name, schema = index["IndexName"], index["KeySchema"]
    if len(table) < 2:
        raise wrong_parameters(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )
    if len(schema) < 2:
        raise wrong_parameters(f"Index KeySchema does not have a range key for index: {name}")
    of_index, of_table = schema[0]["AttributeName"], table[0]["AttributeName"]
    if of_index != of_table:
        raise wrong_parameters(
            f"Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. "
            f"index hash key: {of_index}, table hash key: {of_table}"
        )


def check_projection(projection: Document) -> None:
    """NonKeyAttributes stand with INCLUDE, and only there."""
    kind, names = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise wrong_parameters("Unknown ProjectionType: null")
    if kind != "INCLUDE" and names is not None:
        raise wrong_parameters(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind == "INCLUDE" and not names:
        raise wrong_parameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")


def check_throughput(request: Document) -> None:
    """Throughput stands where the billing mode asks for it."""
    on_demand = request.get("BillingMode") == "PAY_PER_REQUEST"
    throughput = request.get("ProvisionedThroughput")
    if on_demand and throughput is not None:
        raise wrong_parameters(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and throughput is None:
        raise ValidationFailure(_NO_THROUGHPUT)
    for index in request.get("GlobalSecondaryIndexes") or ():
        check_index_throughput(index, on_demand=on_demand)


def check_index_throughput(index: Document, *, on_demand: bool) -> None:
    """The same, of a global index."""
    if index.get("OnDemandThroughput") is not None or index.get("WarmThroughput") is not None:
        raise NotSupported("OnDemandThroughput and WarmThroughput of a DynamoDB index")
    throughput = index.get("ProvisionedThroughput")
    if on_demand and throughput is not None:
        raise wrong_parameters(
            f"ProvisionedThroughput should not be specified for index: {index['IndexName']} "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and throughput is None:
        raise wrong_parameters(f"ProvisionedThroughput is not specified for index: {index['IndexName']}")


def check_stream(specification: Document | None) -> None:
    """A view type stands with an enabled stream, and only there."""
    if specification is None:
        return
    enabled, view = specification.get("StreamEnabled"), specification.get("StreamViewType")
    if enabled and view is None:
        raise wrong_parameters("StreamViewType is required when StreamEnabled is true")
    if not enabled and view is not None:
        raise wrong_parameters("StreamViewType cannot be specified when StreamEnabled is false")
