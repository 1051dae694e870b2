"""The forms in which a client names a function. Pure. Reference: lambda-control-plane section 3.

``name``, ``function:name``, ``A:function:name``, ``R:A:function:name`` and the full ARN, each with or
without ``:qualifier``. The wire layer has checked the model's patterns and lengths before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatelet.aws import quotas
from gatelet.aws.arn import function_arn
from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceNotFound

LATEST = "$LATEST"

_FORMS = re.compile(
    r"(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?"
    r"(?:(?P<region>[a-z]{2,4}(?:-[a-z]+)*-[a-z]+-\d):)?"
    r"(?:(?P<account>\d{12}):)?"
    r"(?:function:)?"
    r"(?P<name>[a-zA-Z0-9_.-]+)"
    r"(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9_-]+))?"
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """Which function a client means; ``qualifier`` is None when it gave none."""

    scope: Scope
    name: str
    qualifier: str | None = None

    @property
    def arn(self) -> str:
        """The ARN, qualified as the client did."""
        return function_arn(self.scope, self.name, self.qualifier)

    @property
    def unqualified_arn(self) -> str:
        """The function's own ARN."""
        return function_arn(self.scope, self.name)

    @property
    def latest(self) -> bool:
        """Whether ``$LATEST`` is meant."""
        return self.qualifier in (None, LATEST)


def resolve(text: str, scope: Scope, *, qualifier: str | None = None, action: str, caller: str) -> FunctionName:
    """The function that ``text`` and the Qualifier parameter name, seen from the caller's scope.

    Raises InvalidParameterValue (two qualifiers that differ), ResourceNotFound (another region) and
    AccessDeniedException (another account; ``action`` is the operation's name, ``caller`` the caller's ARN).
    """
    found = _FORMS.fullmatch(text)
    if found is None:
        raise InvalidParameterValue(f"The function name {text} cannot be read.")
    named = found["qualifier"]
    if named is not None and qualifier is not None and named != qualifier:
        raise InvalidParameterValue(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    if found["region"] is not None and found["region"] != scope.region:
        raise ResourceNotFound(
            f"Functions from '{found['region']}' are not reachable in this region ('{scope.region}')"
        )
    if found["account"] is not None and found["account"] != scope.account:
        arn = function_arn(Scope(found["account"], scope.region), found["name"], named or qualifier)
        raise _other_account(action, arn, caller)
    return FunctionName(scope, found["name"], named if named is not None else qualifier)


def resolve_new(text: str, scope: Scope, caller: str) -> str:
    """The name of a function to be created. Raises as ``resolve`` does, and for a name that is too long."""
    if len(text) > quotas.FUNCTION_NAME_CHARACTERS and ":" not in text:
        raise _name_too_long(text)
    name = resolve(text, scope, action="CreateFunction", caller=caller)
    if len(name.name) > quotas.FUNCTION_NAME_CHARACTERS:
        raise _name_too_long(name.name)
    if not name.latest:
        raise InvalidParameterValue("A function is created without a qualifier in its name.")
    return name.name


def _name_too_long(name: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
        f"Member must have length less than or equal to {quotas.FUNCTION_NAME_CHARACTERS}"
    )


def _other_account(action: str, arn: str, caller: str) -> AwsError:
    if action == "CreateFunction":
        return AwsError("AccessDeniedException", None, status=403)
    return AwsError(
        "AccessDeniedException",
        f"User: {caller} is not authorized to perform: lambda:{action} on resource: {arn} "
        f"because no resource-based policy allows the lambda:{action} action",
        status=403,
    )
