"""A policy's text as a Policy."""

from __future__ import annotations

from gatelet.policy.document import OLD_VERSION, Kind, read_document
from gatelet.policy.evaluate import Policy, compile_policy


def compile_text(text: str, kind: Kind) -> Policy:
    """The Policy that a JSON text holds. Raises MalformedPolicy with AWS's text."""
    document = read_document(text, kind)
    return compile_policy(document["Statement"], kind=kind, version=document.get("Version", OLD_VERSION))
