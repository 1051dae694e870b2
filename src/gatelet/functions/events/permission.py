"""Whether a function may have its records delivered: its role must be allowed to invoke the destination.

Reference: Lambda Developer Guide ("Capturing records of Lambda asynchronous invocations", permissions): the record is
delivered with the function's execution role, which needs ``lambda:InvokeFunction``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from gatelet.functions.catalogue import Catalogue
from gatelet.functions.invocation import FunctionTarget, InvocationRefused
from gatelet.functions.permissions import INVOKE
from gatelet.identity.authorization import Authorizer, CannotAssume
from gatelet.policy.combine import Named
from gatelet.policy.evaluate import compile_policy

_LAMBDA: Final = "lambda.amazonaws.com"

Permit = Callable[[FunctionTarget, FunctionTarget], Awaitable[bool]]
"""``(function, destination)``: whether the function's role may invoke the destination."""


class DestinationPermission:
    """Asks the role's policies and the destination's own together (implements Permit)."""

    def __init__(self, catalogue: Catalogue, authorizer: Authorizer | None) -> None:
        """Without an authorizer nobody may."""
        self._catalogue = catalogue
        self._authorizer = authorizer

    async def __call__(self, function: FunctionTarget, destination: FunctionTarget) -> bool:
        """False, too, for a destination that does not exist any more."""
        if self._authorizer is None:
            return False
        try:
            source = self._catalogue.get(function) or await self._catalogue.load(function)
            named = self._catalogue.get(destination) or await self._catalogue.load(destination)
        except InvocationRefused:
            return False
        return may_deliver(self._authorizer, source.version.role, source.version.arn, named.arn, named.policy)


def may_deliver(
    authorizer: Authorizer, role: str, function_arn: str, destination_arn: str, policy: Sequence[dict[str, Any]]
) -> bool:
    """Whether the role of the function may invoke the destination, which has a policy of these statements."""
    account, name = function_arn.split(":")[4], function_arn.split(":")[6]
    try:
        session = authorizer.assume(role, _LAMBDA, name, source_arn=function_arn, source_account=account)
    except CannotAssume:
        return False
    own = Named(f"the policy of {destination_arn}", compile_policy(list(policy))) if policy else None
    owner = destination_arn.split(":")[4]
    return authorizer.authorize(session, INVOKE, destination_arn, resource_policy=own, resource_account=owner).allowed
