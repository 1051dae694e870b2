"""What environments need from the process that they live under."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.functions.channel import Channel
from gatelet.functions.code import CodeStore
from gatelet.functions.environment_log import LogSink
from gatelet.functions.python_runtime import PythonRuntimes
from gatelet.functions.runtime_api.programs import Programs
from gatelet.functions.sandbox.detect import Sandbox
from gatelet.functions.settings import FunctionSettings
from gatelet.functions.templates import Templates
from gatelet.functions.trust import TrustBundle
from gatelet.identity.credentials import Credentials
from gatelet.metrics.invocations import FunctionMeters
from gatelet.metrics.spans import Spans

CredentialsOf = Callable[[str, str, str], Credentials]
"""``(account, role ARN, function name) -> credentials`` of the function's role."""


@dataclass(frozen=True, slots=True)
class Host:
    """Shared by all environments."""

    loop: asyncio.AbstractEventLoop
    settings: FunctionSettings
    clock: Clock
    ids: Ids
    code: CodeStore
    runtimes: PythonRuntimes
    logs: LogSink
    credentials: CredentialsOf
    endpoint_url: Callable[[], str]
    trust: TrustBundle | None
    sandbox: Callable[[], Awaitable[Sandbox]]
    templates: Templates
    programs: Programs
    new_channel: Callable[[], Channel]
    meters: FunctionMeters
    spans: Spans | None = None
    """None: nothing is traced."""
