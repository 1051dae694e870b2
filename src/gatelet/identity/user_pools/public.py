"""The operations of user pools that need no signature: a client's id, or an access token, speaks for the caller.

Reference: botocore's model of cognito-idp (``authtype: none``).
"""

from __future__ import annotations

from typing import Final

TARGET: Final = "AWSCognitoIdentityProviderService"
CONTENT_TYPE: Final = "application/x-amz-json-1.1"
PUBLIC: Final = frozenset(
    {
        "AssociateSoftwareToken",
        "ChangePassword",
        "CompleteWebAuthnRegistration",
        "ConfirmDevice",
        "ConfirmForgotPassword",
        "ConfirmSignUp",
        "DeleteUser",
        "DeleteUserAttributes",
        "DeleteWebAuthnCredential",
        "ForgetDevice",
        "ForgotPassword",
        "GetDevice",
        "GetTokensFromRefreshToken",
        "GetUser",
        "GetUserAttributeVerificationCode",
        "GetUserAuthFactors",
        "GlobalSignOut",
        "InitiateAuth",
        "ListDevices",
        "ListUserSessions",
        "ListWebAuthnCredentials",
        "ResendConfirmationCode",
        "RespondToAuthChallenge",
        "RevokeToken",
        "RevokeUserSession",
        "SetUserMFAPreference",
        "SetUserSettings",
        "SignUp",
        "StartWebAuthnRegistration",
        "UpdateAuthEventFeedback",
        "UpdateDeviceStatus",
        "UpdateUserAttributes",
        "VerifySoftwareToken",
        "VerifyUserAttribute",
    }
)


def is_public(target: str, content_type: str) -> bool:
    """Whether an unsigned request with these headers is such a call: a form of another site has neither."""
    prefix, _, operation = target.partition(".")
    return prefix == TARGET and operation in PUBLIC and content_type.partition(";")[0].strip().lower() == CONTENT_TYPE
