"""AccessKey: create, list, update, delete. Reference: identity section 3.

The secret is answered once, at its creation, and stored sealed: SigV4 needs it to verify a signature. A key that
is made Inactive is refused at once.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.iam.access_key_records import COLLECTION, document_of, key_record, keys_of, parent_of
from gatelet.control.iam.entities import USERS, account_held, delete, read, write_edited
from gatelet.control.iam.errors import LimitExceeded
from gatelet.control.iam.paging import page
from gatelet.control.iam.users import user_name
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.model import AccessKeyDocument
from gatelet.identity.signers import ACTIVE
from gatelet.storage.ports import Put

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import (
        CreateAccessKeyRequestTypeDef,
        DeleteAccessKeyRequestTypeDef,
        ListAccessKeysRequestTypeDef,
        UpdateAccessKeyRequestTypeDef,
    )


@operation("iam", "CreateAccessKey")
async def create_access_key(call: Call, request: CreateAccessKeyRequestTypeDef) -> Response:
    """A key of a user, with its secret."""
    user = user_name(call, request)
    key_id, secret = call.ports.ids.access_key_id(), call.ports.ids.secret_access_key()
    document: AccessKeyDocument = {
        "account": call.scope.account,
        "user": user,
        "status": ACTIVE,
        "created": int(call.ports.clock.now()),
        "sealed": call.ports.identity.vault.seal(secret, key_id),
    }
    async with account_held(call):
        await read(call, USERS, user)
        if len(await keys_of(call, user)) >= quotas.ACCESS_KEYS_PER_USER:
            raise LimitExceeded(f"Cannot exceed quota for AccessKeysPerUser: {quotas.ACCESS_KEYS_PER_USER}")
        await call.ports.records.write(Put(COLLECTION.key(key_id), document, parent_of(call, user), expected=0))
    return {"AccessKey": {**_shown(key_id, document), "SecretAccessKey": secret}}


@operation("iam", "ListAccessKeys")
async def list_access_keys(call: Call, request: ListAccessKeysRequestTypeDef) -> Response:
    """The keys of a user, without their secrets."""
    user = user_name(call, request)
    await read(call, USERS, user)
    rows = [_shown(record.key.id, document_of(record)) for record in await keys_of(call, user)]
    return page(rows, request, "AccessKeyMetadata", itemgetter("AccessKeyId"))


@operation("iam", "UpdateAccessKey")
async def update_access_key(call: Call, request: UpdateAccessKeyRequestTypeDef) -> Response:
    """Active or Inactive, at once."""
    async with account_held(call):
        record = await key_record(call, user_name(call, request), request["AccessKeyId"])
        record.value["status"] = request["Status"]
        await write_edited(call, "access key", record)
    return {}


@operation("iam", "DeleteAccessKey")
async def delete_access_key(call: Call, request: DeleteAccessKeyRequestTypeDef) -> Response:
    """Delete a key."""
    async with account_held(call):
        record = await key_record(call, user_name(call, request), request["AccessKeyId"])
        await delete(call, record.key)
    return {}


def _shown(key_id: str, document: AccessKeyDocument) -> dict[str, Any]:
    return {
        "UserName": document["user"],
        "AccessKeyId": key_id,
        "Status": document["status"],
        "CreateDate": document["created"],
    }
