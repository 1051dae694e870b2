"""The function service as the rest of the house sees it."""

from __future__ import annotations

from typing import Protocol

from gatelet.functions.invocation import Invocation, InvocationResult, ProxyInvocation, ProxyResult
from gatelet.functions.model import CodeReference
from gatelet.storage.ports import Change


class Functions(Protocol):
    """Runs functions (gatelet.functions.lambda_service.LambdaService)."""

    async def apply(self, change: Change) -> None:
        """Serve a committed change of a function: new environments, running calls finish on the old ones.

        The changes of one function are to come one after another, in order.
        """

    async def check_code(self, zip_bytes: bytes) -> None:
        """Validate an archive off the loop (limits, traversal, links). Raises AwsError as Lambda words it."""

    async def prepare(self, code: CodeReference) -> None:
        """Unpack the code so that environments can start from it. Idempotent."""

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Run a function on a JSON event. Raises InvocationRefused."""

    async def invoke_proxy(self, invocation: ProxyInvocation) -> ProxyResult:
        """Run a function on a gateway's request. Raises InvocationRefused."""
