"""Names of tables and indexes as requests give them, and the organ that has the tables."""

from __future__ import annotations

import re
from typing import Final

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import AwsError
from gatelet.control.operation import Call
from gatelet.tables.definition import Table, table_arn
from gatelet.tables.errors import TableNotFound, ValidationFailure
from gatelet.tables.service import Tables

_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_INVALID: Final = (
    "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, "
    "and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'"
)


def tables_of(call: Call) -> Tables:
    """The organ."""
    tables = call.ports.tables
    assert tables is not None
    return tables


def table_name(call: Call, given: str) -> str:
    """The name of the table that a name or its ARN means. Raises AwsError."""
    if given.startswith("arn:"):
        given = _name_in_arn(call, given)
    if not _NAME.fullmatch(given):
        raise ValidationFailure(_INVALID)
    return given


def check_index_name(name: str) -> None:
    """Raises ValidationFailure."""
    if not _NAME.fullmatch(name):
        raise ValidationFailure(_INVALID)


def _name_in_arn(call: Call, text: str) -> str:
    try:
        arn = Arn.parse(text)
    except InvalidArn as error:
        raise ValidationFailure(_INVALID) from error
    if arn.service != "dynamodb" or not arn.resource.startswith("table/"):
        raise ValidationFailure(_INVALID)
    if (arn.account, arn.region) != (call.scope.account, call.scope.region):
        raise AwsError("AccessDeniedException", f"The table {text} is not of this account and region.", status=400)
    name = arn.resource.removeprefix("table/")
    if text != table_arn(call.scope, name):
        # Policies have decided on the ARN as it was given: it has to be the table's own, or they decided on another.
        raise ValidationFailure(_INVALID)
    return name


def item_table(call: Call, given: str) -> Table:
    """The table that an operation on items names. Raises TableNotFound, ValidationFailure."""
    return tables_of(call).table(call.scope, table_name(call, given))


def named_table(call: Call, given: str) -> Table:
    """The table that an operation on tables names. Raises TableNotFound with the name, ValidationFailure."""
    name = table_name(call, given)
    found = tables_of(call).catalogue.find(call.scope, name)
    if found is None:
        raise TableNotFound(name)
    return found


def tagged_table(call: Call, arn: str) -> Table:
    """The table whose ARN is given. Raises AwsError."""
    if not arn.startswith("arn:"):
        raise ValidationFailure(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    found = tables_of(call).catalogue.find(call.scope, table_name(call, arn))
    if found is None:
        message = f"Requested resource not found: ResourcArn: {arn} not found"
        raise AwsError("ResourceNotFoundException", message, status=400)
    return found
