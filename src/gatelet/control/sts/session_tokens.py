"""GetSessionToken and GetAccessKeyInfo. Reference: identity section 3, "STS"; STS API Reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.operation import Call, Response, operation
from gatelet.control.sts.issuing import issued
from gatelet.identity.credentials import SESSION_PREFIX, UserSession
from gatelet.identity.principals import PrincipalType

if TYPE_CHECKING:
    from types_boto3_sts.type_defs import GetAccessKeyInfoRequestTypeDef, GetSessionTokenRequestTypeDef


@operation("sts", "GetSessionToken")
async def get_session_token(call: Call, request: GetSessionTokenRequestTypeDef) -> Response:
    """Temporary credentials of the calling user; it needs no permission, and long-term credentials."""
    if request.get("SerialNumber") or request.get("TokenCode"):
        raise NotSupported("multi-factor authentication (SerialNumber, TokenCode)")
    caller = call.principal
    if caller.issued is not None or caller.type is PrincipalType.ROLE:
        raise AwsError("AccessDeniedException", "Cannot call GetSessionToken with session credentials")
    seconds = request.get("DurationSeconds") or quotas.SESSION_TOKEN_DEFAULT_SECONDS
    if caller.root:
        seconds = min(seconds, quotas.ROOT_SESSION_TOKEN_MAX_SECONDS)
    now = int(call.ports.clock.now())
    session = UserSession(
        caller.account,
        caller.name,
        caller.unique_id,
        now + seconds,
        call.ports.ids.access_key_id(SESSION_PREFIX),
        issued=now,
    )
    return {"Credentials": issued(call, session)}


@operation("sts", "GetAccessKeyInfo")
async def get_access_key_info(call: Call, request: GetAccessKeyInfoRequestTypeDef) -> Response:
    """The account of a long-term key; temporary keys are kept nowhere, so theirs cannot be told."""
    key_id = request["AccessKeyId"]
    if key_id.startswith(SESSION_PREFIX):
        raise NotSupported("GetAccessKeyInfo of a temporary key")
    account = call.ports.identity.signers.account_of(key_id)
    if account is None:
        raise AwsError("ValidationException", "Invalid Access Key ID.", status=400)
    return {"Account": account}
