"""Cognito's errors. All are AwsErrors with HTTP 400 and the texts of identity section 4.5.

AwsError
├── NotAuthorized        who signs in, or the token, is not accepted
├── InvalidParameter     a parameter is wrong in itself
├── ResourceNotFound     no such pool, client, group ...
├── UserNotFound         no such user (answered as NotAuthorized where existence is hidden)
├── CodeMismatch, ExpiredCode, LimitExceeded, InvalidPassword, UsernameExists, AliasExists ...
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError


class NotAuthorized(AwsError):
    """The caller's proof is not accepted."""

    def __init__(self, message: str = "Incorrect username or password.") -> None:
        super().__init__("NotAuthorizedException", message, status=400)


class InvalidParameter(AwsError):
    """A parameter is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterException", message, status=400)


class ResourceNotFound(AwsError):
    """What is named does not exist."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message, status=400)


class UserNotFound(AwsError):
    """The pool has no such user."""

    def __init__(self, message: str = "User does not exist.") -> None:
        super().__init__("UserNotFoundException", message, status=400)


class UserNotConfirmed(AwsError):
    """The user has not confirmed the sign-up."""

    def __init__(self) -> None:
        super().__init__("UserNotConfirmedException", "User is not confirmed.", status=400)


class PasswordResetRequired(AwsError):
    """An administrator has reset the password."""

    def __init__(self) -> None:
        super().__init__("PasswordResetRequiredException", "Password reset required for the user", status=400)


class UsernameExists(AwsError):
    """The name is taken."""

    def __init__(self, message: str = "User already exists") -> None:
        super().__init__("UsernameExistsException", message, status=400)


class AliasExists(AwsError):
    """The alias is another user's."""

    def __init__(self, attribute: str) -> None:
        name = attribute.replace("_", " ")
        super().__init__("AliasExistsException", f"An account with the given {name} already exists.", status=400)


class CodeMismatch(AwsError):
    """The code is not the one that was sent."""

    def __init__(self, message: str = "Invalid verification code provided, please try again.") -> None:
        super().__init__("CodeMismatchException", message, status=400)


class ExpiredCode(AwsError):
    """No code is waiting, or it is too old."""

    def __init__(self) -> None:
        super().__init__("ExpiredCodeException", "Invalid code provided, please request a code again.", status=400)


class AttemptLimit(AwsError):
    """Too many attempts."""

    def __init__(self) -> None:
        super().__init__("LimitExceededException", "Attempt limit exceeded, please try after some time.", status=400)


class LimitExceeded(AwsError):
    """A quota is used up."""

    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message, status=400)


class InvalidPassword(AwsError):
    """The password does not satisfy the pool."""

    def __init__(self, fault: str) -> None:
        message = f"Password did not conform with policy: {fault}"
        super().__init__("InvalidPasswordException", message, status=400)


class GroupExists(AwsError):
    """The name is taken."""

    def __init__(self) -> None:
        super().__init__("GroupExistsException", "A group with the name already exists.", status=400)


def no_such_pool(pool_id: str) -> ResourceNotFound:
    """The account has no such pool in the region."""
    return ResourceNotFound(f"User pool {pool_id} does not exist.")


def no_such_client(client_id: str) -> ResourceNotFound:
    """The pool has no such app client."""
    return ResourceNotFound(f"User pool client {client_id} does not exist.")
