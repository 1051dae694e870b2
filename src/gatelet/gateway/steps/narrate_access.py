"""Tells how a request was let in, in the words of AWS's execution log; called only where somebody listens.

Reference: apigateway-data-plane section 16.
"""

from __future__ import annotations

from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.steps.narrate import starred
from gatelet.gateway.story import Story
from gatelet.gateway.trace import Trace


def arrived(story: Story, trace: Trace) -> None:
    """The first line."""
    story.tell(f"Extended Request Id: {trace.extended_id}")


def key_not_needed(story: Story, snapshot: Snapshot, trace: Trace) -> None:
    """The method requires no API key."""
    path = "" if trace.route is None else trace.route.resource.path
    story.tell(_verifying(snapshot, trace, ""))
    story.tell(
        f"API Key  authorized because method '{trace.verb} {path}' does not require API Key. "
        "Request will not contribute to throttle or quota limits"
    )
    story.tell(f"Usage Plan check succeeded for API Key  and API Stage {snapshot.api_id}/{snapshot.stage}")


def key_accepted(story: Story, snapshot: Snapshot, trace: Trace, key: str) -> None:
    """The key is in a plan for the stage, and has something left."""
    story.tell(_verifying(snapshot, trace, key))
    story.tell(f"API Key {starred(key)} authorized for API Stage {snapshot.api_id}/{snapshot.stage}")
    story.tell(
        f"Usage Plan check succeeded for API Key {starred(key)} and API Stage {snapshot.api_id}/{snapshot.stage}"
    )


def key_exceeded(story: Story, snapshot: Snapshot, key: str, what: str) -> None:
    """A limit (``throttle``, ``quota``) is reached."""
    stage = f"{snapshot.api_id}/{snapshot.stage}"
    story.tell(f"API Key {starred(key)} exceeded {what} limit for API Stage {stage}:")


def authorizer_asked(story: Story, trace: Trace, authorizer_id: str, identity: str) -> None:
    """An authorizer's function is called."""
    story.tell(f"Starting authorizer: {authorizer_id} for request: {trace.request_id}")
    story.tell(f"Incoming identity: {starred(identity)}")


def authorizer_answered(story: Story, principal_id: str) -> None:
    """Its answer is good."""
    story.tell(f"Using valid authorizer policy for principal: {starred(principal_id)}")
    story.tell("Successfully completed authorizer execution")


def unauthorized(story: Story, trace: Trace) -> None:
    """The caller has no identity, or one that nobody knows."""
    story.tell(f"Unauthorized request: {trace.request_id}")


def _verifying(snapshot: Snapshot, trace: Trace, key: str) -> str:
    stage = f"{snapshot.api_id}/{snapshot.stage}"
    return f"Verifying Usage Plan for request: {trace.request_id}. API Key: {starred(key)} API Stage: {stage}"
