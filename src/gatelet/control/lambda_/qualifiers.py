"""Whether what a qualifier names exists: the function, one of its versions, one of its aliases."""

from __future__ import annotations

from gatelet.control.lambda_.names import FunctionName
from gatelet.control.ports import Ports
from gatelet.functions.model import FunctionDocument, version_key


async def names_something(ports: Ports, name: FunctionName, document: FunctionDocument) -> bool:
    """``document`` is the function's."""
    if name.latest or name.qualifier in document.get("aliases", {}):
        return True
    number = name.qualifier or ""
    if not number.isdecimal():
        return False
    return await ports.records.get(version_key(name.scope, name.name, int(number))) is not None
