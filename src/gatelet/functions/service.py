"""The function service as the rest of the house sees it."""

from __future__ import annotations

from typing import Protocol

from gatelet.functions.invocation import FunctionTarget, Invocation, InvocationResult, ProxyInvocation, ProxyResult
from gatelet.functions.model import CodeReference
from gatelet.functions.provisioned import ProvisionedState
from gatelet.functions.response_stream import ResponseStream
from gatelet.storage.ports import Change


class Functions(Protocol):
    """Runs functions (gatelet.functions.lambda_service.LambdaService)."""

    async def apply(self, change: Change) -> None:
        """Serve a committed change of a function: new environments, running calls finish on the old ones.

        The changes of one function are to come one after another, in order.
        """

    async def check_code(self, zip_bytes: bytes) -> int:
        """Validate an archive off the loop (limits, traversal, links); its bytes unzipped.

        Raises AwsError as Lambda words it.
        """

    async def prepare(self, code: CodeReference) -> None:
        """Unpack the code so that environments can start from it. Idempotent."""

    async def provisioned(self, target: FunctionTarget) -> ProvisionedState:
        """How far the provisioned concurrency of a version or an alias is. Raises InvocationRefused."""

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Run a function on a JSON event. Raises InvocationRefused."""

    async def check_invocation(self, invocation: Invocation) -> None:
        """Whether the function exists and lets the caller in; nothing runs (DryRun). Raises InvocationRefused."""

    async def task_root(self, target: FunctionTarget) -> str:
        """Where the function's code is, as its debugger sees it. Raises InvocationRefused."""

    async def invoke_async(self, invocation: Invocation) -> None:
        """Accept an event that nobody waits for: it is on disk when this returns, and run at least once.

        ``client_context`` and ``log_tail`` mean nothing here. Raises InvocationRefused: the function must exist and
        be ready; PayloadTooLarge over 1 MiB; TooManyRequests when too many events wait.
        """

    async def invoke_stream(self, invocation: Invocation) -> ResponseStream:
        """Run a function on a JSON event and take its response as it comes: returns with its first byte.

        A function that does not stream answers in one part. Raises InvocationRefused.
        """

    async def invoke_proxy_stream(self, invocation: ProxyInvocation) -> ResponseStream:
        """Run a function on a gateway's request and take its response as it comes. Raises InvocationRefused."""

    async def invoke_proxy(self, invocation: ProxyInvocation) -> ProxyResult:
        """Run a function on a gateway's request. Raises InvocationRefused."""
