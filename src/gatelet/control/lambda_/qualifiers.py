"""Whether what a qualifier names exists: the function, one of its versions, one of its aliases."""

from __future__ import annotations

from gatelet.control.lambda_.documents import read_version
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.ports import Ports
from gatelet.functions.model import FunctionDocument


async def names_something(ports: Ports, name: FunctionName, document: FunctionDocument) -> bool:
    """``document`` is the function's."""
    if name.latest or name.qualifier in document.get("aliases", {}):
        return True
    return await read_version(ports, name, name.qualifier or "") is not None
