"""A function's role: Lambda must be able to assume it. Reference: lambda-control-plane section 4."""

from __future__ import annotations

from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.control.operation import Call
from gatelet.identity.authorization import CannotAssume

LAMBDA = "lambda.amazonaws.com"


def check_role(call: Call, role_arn: str | None, function_arn: str) -> None:
    """Raises InvalidParameterValue if the role's trust policy does not let Lambda in, for this function.

    The development mode accepts a role that does not exist; its functions may do nothing.
    """
    identity = call.ports.identity
    if role_arn is None or (identity.signers.development and identity.directory.role_of(role_arn) is None):
        return
    try:
        identity.authorizer.assume(
            role_arn, LAMBDA, "CheckRole", source_arn=function_arn, source_account=call.scope.account
        )
    except CannotAssume:
        raise InvalidParameterValue("The role defined for the function cannot be assumed by Lambda.") from None
