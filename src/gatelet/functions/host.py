"""What environments need from the process that they live under."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.functions.catalogue import FunctionVersion
from gatelet.functions.channel import Channel
from gatelet.functions.code import CodeStore
from gatelet.functions.python_runtime import PythonRuntimes
from gatelet.functions.report import LogSink
from gatelet.functions.settings import Credentials, FunctionSettings


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
    credentials: Callable[[FunctionVersion], Credentials]
    new_channel: Callable[[], Channel]
