"""Whether a function may have its records delivered: its role must be allowed to invoke the destination.

Reference: Lambda Developer Guide ("Capturing records of Lambda asynchronous invocations", permissions): the record is
delivered with the function's execution role, which needs ``lambda:InvokeFunction``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

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
        try:
            session = self._authorizer.assume(
                source.version.role,
                _LAMBDA,
                function.name,
                source_arn=source.version.arn,
                source_account=function.account,
            )
        except CannotAssume:
            return False
        policy = Named(f"the policy of {named.arn}", compile_policy(list(named.policy))) if named.policy else None
        verdict = self._authorizer.authorize(
            session, INVOKE, named.arn, resource_policy=policy, resource_account=destination.account
        )
        return verdict.allowed
