"""What Cognito's operations need. Reference: Service Authorization Reference, "Amazon Cognito User Pools".

The public operations need no permission: the client, its secret or an access token speaks for the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gatelet.control.authorization import Asking, Need, action_of
from gatelet.control.operation import Call
from gatelet.control.passing import pass_role
from gatelet.identity.request_keys import tag_keys
from gatelet.identity.user_pools.model import pool_arn
from gatelet.identity.user_pools.public import PUBLIC

_ON_EVERYTHING: Final = frozenset({"CreateUserPool", "ListUserPools", "DescribeUserPoolDomain"})


def needs(call: Call, asking: Asking) -> Sequence[Need]:
    """The needs of one call."""
    if asking.operation in PUBLIC:
        return []
    params, action = asking.params, action_of(asking)
    keys = tag_keys(params.get("UserPoolTags") or params.get("Tags") or {})
    if asking.operation in _ON_EVERYTHING:
        return [Need(action, keys=keys)]
    if "ResourceArn" in params:
        return [Need(action, str(params["ResourceArn"]), keys)]
    found = [Need(action, pool_arn(call.scope, str(params.get("UserPoolId") or "*")), keys)]
    if params.get("RoleArn"):
        found.append(pass_role(params["RoleArn"], "cognito-idp.amazonaws.com"))
    return found
