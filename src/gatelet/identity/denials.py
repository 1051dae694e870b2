"""AWS's words for a request that its policies do not allow. Reference: identity section 1.3 ("Not authorised")."""

from __future__ import annotations

from gatelet.aws.errors import AwsError
from gatelet.policy.combine import Layer, Verdict


def denial(caller: str, action: str, resource: str, verdict: Verdict) -> str:
    """``User: ... is not authorized to perform: ... on resource: ... because no ...``."""
    return f"User: {caller} is not authorized to perform: {action} on resource: {resource} {reason(action, verdict)}"


def reason(action: str, verdict: Verdict) -> str:
    """Which kind of policy denied the action, or did not allow it."""
    layer = verdict.layer.value
    if verdict.explicit_deny:
        return f"with an explicit deny in {'an' if verdict.layer is Layer.IDENTITY else 'a'} {layer}"
    return f"because no {layer} allows the {action} action"


def access_denied(caller: str, action: str, resource: str, verdict: Verdict) -> AwsError:
    """The error; ``wire`` gives it the protocol's name and status."""
    return AwsError("AccessDeniedException", denial(caller, action, resource, verdict))
