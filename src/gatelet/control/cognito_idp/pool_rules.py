"""What a user pool may be, as pure rules: defaults, checks, and what is refused because nothing enforces it.

Reference: identity section 4.1; Cognito API Reference, CreateUserPool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws.errors import NotSupported
from gatelet.control.cognito_idp.errors import InvalidParameter

_REFUSED: Final = (
    ("SmsConfiguration", "SMS messages (SmsConfiguration)"),
    ("DeviceConfiguration", "remembered devices (DeviceConfiguration)"),
    ("KeyConfiguration", "keys of one's own (KeyConfiguration)"),
    ("IssuerConfiguration", "issuers of one's own (IssuerConfiguration)"),
    ("DcrConfiguration", "dynamic client registration (DcrConfiguration)"),
    ("AcrConfiguration", "authentication context classes (AcrConfiguration)"),
)
TRIGGERS: Final = (
    "PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication",
    "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse", "PreTokenGeneration",
    "PreTokenGenerationConfig", "UserMigration",
)  # fmt: skip
_TOKEN_VERSIONS: Final = ("V1_0", "V2_0")
COPIED: Final = (
    "LambdaConfig", "AutoVerifiedAttributes", "AliasAttributes", "UsernameAttributes", "EmailVerificationMessage",
    "EmailVerificationSubject", "VerificationMessageTemplate", "UserAttributeUpdateSettings",
    "AccountRecoverySetting",
)  # fmt: skip
_PASSWORD_DEFAULTS: Final[Mapping[str, Any]] = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
}
_FLAGS: Final = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")
_RECOVERY: Final = {
    "RecoveryMechanisms": [
        {"Priority": 1, "Name": "verified_email"},
        {"Priority": 2, "Name": "verified_phone_number"},
    ]
}


def refuse(request: Mapping[str, Any]) -> None:
    """Raises NotSupported for what nothing here enforces or does."""
    for member, what in _REFUSED:
        if request.get(member):
            raise NotSupported(what)
    mail = request.get("EmailConfiguration") or {}
    if mail.get("EmailSendingAccount") == "DEVELOPER" or mail.get("SourceArn") or mail.get("From"):
        raise NotSupported("email by Amazon SES (EmailConfiguration)")
    if (request.get("UserPoolAddOns") or {}).get("AdvancedSecurityMode", "OFF") != "OFF":
        raise NotSupported("threat protection (UserPoolAddOns)")
    if "phone_number" in (request.get("AutoVerifiedAttributes") or ()):
        raise NotSupported("SMS messages (phone_number in AutoVerifiedAttributes)")
    policies = request.get("Policies") or {}
    if (policies.get("PasswordPolicy") or {}).get("PasswordHistorySize"):
        raise NotSupported("password histories (PasswordHistorySize)")
    first = (policies.get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or ["PASSWORD"]
    if set(first) != {"PASSWORD"}:
        raise NotSupported(f"the first authentication factors {', '.join(sorted(set(first) - {'PASSWORD'}))}")
    _refuse_triggers(request.get("LambdaConfig") or {})
    if (request.get("VerificationMessageTemplate") or {}).get("DefaultEmailOption") == "CONFIRM_WITH_LINK":
        raise NotSupported("confirmation by a link (CONFIRM_WITH_LINK)")


def _refuse_triggers(config: Mapping[str, Any]) -> None:
    for name, value in config.items():
        if value and name not in TRIGGERS:
            raise NotSupported(f"the trigger {name}")
    version = (config.get("PreTokenGenerationConfig") or {}).get("LambdaVersion", "V1_0")
    if version not in _TOKEN_VERSIONS:
        raise NotSupported(f"pre token generation events of version {version}")


def checked(pool: dict[str, Any], request: Mapping[str, Any]) -> None:
    """Put what was asked for into the pool. Raises InvalidParameter, NotSupported."""
    refuse(request)
    for member in COPIED:
        if request.get(member) is not None:
            pool[member] = request[member]
    if request.get("Policies") is not None or "Policies" not in pool:
        pool["Policies"] = _policies(request.get("Policies") or {})
    pool["MfaConfiguration"] = request.get("MfaConfiguration") or pool.get("MfaConfiguration", "OFF")
    pool["DeletionProtection"] = request.get("DeletionProtection") or pool.get("DeletionProtection", "INACTIVE")
    pool["UserPoolTier"] = request.get("UserPoolTier") or pool.get("UserPoolTier", "ESSENTIALS")
    pool.setdefault("EmailConfiguration", {"EmailSendingAccount": "COGNITO_DEFAULT"})
    pool.setdefault("VerificationMessageTemplate", {"DefaultEmailOption": "CONFIRM_WITH_CODE"})
    pool.setdefault("AccountRecoverySetting", _RECOVERY)
    admin = dict(request.get("AdminCreateUserConfig") or pool.get("AdminCreateUserConfig") or {})
    admin.setdefault("AllowAdminCreateUserOnly", False)
    admin.setdefault("UnusedAccountValidityDays", 7)
    pool["AdminCreateUserConfig"] = admin
    config = pool.get("LambdaConfig") or {}
    newer = (config.get("PreTokenGenerationConfig") or {}).get("LambdaArn")
    if newer and config.get("PreTokenGeneration", newer) != newer:
        raise InvalidParameter("PreTokenGeneration and PreTokenGenerationConfig must have the same LambdaArn.")


def _policies(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: value for name, value in (given.get("PasswordPolicy") or {}).items() if value is not None}
    # What a given policy leaves out is off; what is not given at all has the defaults.
    off = dict.fromkeys(_FLAGS, False) if asked else {}
    policy = {**_PASSWORD_DEFAULTS, **off, **asked}
    if not 6 <= policy["MinimumLength"] <= 99:
        raise InvalidParameter("MinimumLength must be between 6 and 99.")
    return {"PasswordPolicy": policy, "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}


def check_new(request: Mapping[str, Any]) -> None:
    """The checks of a pool that is made. Raises InvalidParameter."""
    if request.get("UsernameAttributes") and request.get("AliasAttributes"):
        raise InvalidParameter("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
    if request.get("MfaConfiguration") == "ON":
        raise InvalidParameter(
            "Invalid MFA configuration given, it can be set only if SMS or software token MFA is enabled: "
            "use SetUserPoolMfaConfig."
        )
