"""Sign-up, confirmation, forgotten passwords, attributes (identity sections 4.2 and 4.5)."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.control.cognito_idp.pools import PASSWORD, Pool, fails

from gatelet.aws import quotas

MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")
WRONG = "000000"


def sign_up(pool: Pool, name: str, **params: object) -> dict[str, object]:
    email = [{"Name": "email", "Value": f"{name}@example.com"}]
    return pool.public("SignUp", **{"Username": name, "Password": PASSWORD, "UserAttributes": email, **params})


def test_a_user_signs_up_and_confirms_with_the_code_of_the_outbox(pool: Pool) -> None:
    made = sign_up(pool, "ann")
    details = {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert (made["UserConfirmed"], made["CodeDeliveryDetails"]) == (False, details)
    assert fails(pool.sign_in, "ann") == ("UserNotConfirmedException", "User is not confirmed.")
    code = pool.code()
    assert (len(code), code.isdigit()) == (6, True)
    wrong = {"Username": "ann", "ConfirmationCode": "999999" if code != "999999" else "888888"}
    assert fails(pool.public, "ConfirmSignUp", **wrong) == MISMATCH
    assert pool.public("ConfirmSignUp", Username="ann", ConfirmationCode=code) == {}
    found = pool.attributes("ann")
    assert (found["status"], found["email_verified"], found["sub"]) == ("CONFIRMED", "true", made["UserSub"])
    assert fails(pool.public, "ConfirmSignUp", Username="ann", ConfirmationCode=code) == (
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )
    assert fails(sign_up, pool, "ANN") == ("UsernameExistsException", "User already exists")
    assert pool.tokens("Ann")["TokenType"] == "Bearer"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Aa1!", "Password not long enough"),
        ("passw0rd!", "Password must have uppercase characters"),
        ("PASSW0RD!", "Password must have lowercase characters"),
        ("Password!", "Password must have numeric characters"),
        ("Passw0rds", "Password must have symbol characters"),
    ],
)
def test_the_pool_asks_for_good_passwords(pool: Pool, password: str, fault: str) -> None:
    message = f"Password did not conform with policy: {fault}"
    assert fails(sign_up, pool, "bob", Password=password) == ("InvalidPasswordException", message)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"email": "nonsense"}, ("InvalidParameterException", "Invalid email address format.")),
        ({"phone_number": "12"}, ("InvalidParameterException", "Invalid phone number format.")),
        (
            {"custom:shoe": "42"},
            (
                "InvalidParameterException",
                "Attributes did not conform to the schema: custom:shoe: Attribute does not exist in the schema.\n",
            ),
        ),
        (
            {"email_verified": "true"},
            ("NotAuthorizedException", "A client attempted to write unauthorized attribute"),
        ),
    ],
)
def test_the_pool_asks_for_good_attributes(pool: Pool, attributes: dict[str, str], expected: tuple[str, str]) -> None:
    given = [{"Name": name, "Value": value} for name, value in attributes.items()]
    assert fails(sign_up, pool, "bob", UserAttributes=given) == expected


def test_codes_end_and_cannot_be_guessed(pool: Pool) -> None:
    sign_up(pool, "cora")
    code = pool.code()
    wrong = WRONG if code != WRONG else "111111"
    for _ in range(quotas.CODE_TRIES):
        assert fails(pool.public, "ConfirmSignUp", Username="cora", ConfirmationCode=wrong) == MISMATCH
    limit = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    assert fails(pool.public, "ConfirmSignUp", Username="cora", ConfirmationCode=code) == limit
    pool.public("ResendConfirmationCode", Username="cora")
    pool.plane.clock.time += quotas.SIGN_UP_CODE_SECONDS + 1
    expired = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
    assert fails(pool.public, "ConfirmSignUp", Username="cora", ConfirmationCode=pool.code()) == expired
    pool.public("ResendConfirmationCode", Username="cora")
    assert pool.public("ConfirmSignUp", Username="cora", ConfirmationCode=pool.code()) == {}


def test_a_forgotten_password_is_replaced(pool: Pool) -> None:
    pool.user("dora", email="dora@example.com", email_verified="true")
    assert pool.public("ForgotPassword", Username="dora")["CodeDeliveryDetails"]["Destination"] == "d***@e***"
    code, given = pool.code(), {"Username": "dora", "Password": "N3w-password"}
    wrong = WRONG if code != WRONG else "111111"
    assert fails(pool.public, "ConfirmForgotPassword", ConfirmationCode=wrong, **given) == MISMATCH
    pool.public("ConfirmForgotPassword", ConfirmationCode=code, **given)
    assert fails(pool.sign_in, "dora")[1] == "Incorrect username or password."
    assert pool.sign_in("dora", "N3w-password")["AuthenticationResult"]
    pool("AdminResetUserPassword", Username="dora")
    reset = ("PasswordResetRequiredException", "Password reset required for the user")
    assert fails(pool.sign_in, "dora", "N3w-password") == reset
    pool.user("eve")
    assert fails(pool.public, "ForgotPassword", Username="eve") == (
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    )


def test_users_who_do_not_exist_are_hidden_where_the_client_wants_it(pool: Pool) -> None:
    hiding = pool.client(PreventUserExistenceErrors="ENABLED")
    assert fails(pool.sign_in, "nobody") == ("UserNotFoundException", "User does not exist.")
    assert fails(pool.sign_in, "nobody", ClientId=hiding) == (
        "NotAuthorizedException",
        "Incorrect username or password.",
    )
    assert pool.public("ForgotPassword", Username="nobody", ClientId=hiding)["CodeDeliveryDetails"]
    not_found = ("UserNotFoundException", "Username/client id combination not found.")
    assert fails(pool.public, "ForgotPassword", Username="nobody") == not_found
    srp = {"USERNAME": "nobody", "SRP_A": "a" * 700}
    fake = [
        pool.public("InitiateAuth", AuthFlow="USER_SRP_AUTH", AuthParameters=srp, ClientId=hiding) for _ in range(2)
    ]
    salts = {one["ChallengeParameters"]["SALT"] for one in fake}
    assert ([one["ChallengeName"] for one in fake], len(salts)) == (["PASSWORD_VERIFIER"] * 2, 1)


def test_users_named_by_email() -> None:
    """UsernameAttributes: the name is the address, and within the pool the sub."""
    with asyncio.Runner() as runner:
        pool = Pool(runner, UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])
        wrong = {"Username": "ann", "Password": PASSWORD}
        assert fails(pool.public, "SignUp", **wrong) == ("InvalidParameterException", "Username should be an email.")
        made = pool.public("SignUp", Username="Ann@example.com", Password=PASSWORD)
        pool.public("ConfirmSignUp", Username="ann@example.com", ConfirmationCode=pool.code())
        user = pool("AdminGetUser", Username="ANN@example.com")
        assert user["Username"] == made["UserSub"]
        again = {"Username": "ann@example.com", "Password": PASSWORD}
        assert fails(pool.public, "SignUp", **again)[0] == "UsernameExistsException"
        assert pool.tokens("ann@example.com")
        pool("AdminDeleteUser", Username="ann@example.com")
        assert pool.public("SignUp", **again)["UserSub"] != made["UserSub"]


def test_own_attributes(pool: Pool) -> None:
    pool.user("finn", email="finn@example.com", email_verified="true", name="Finn")
    access = pool.tokens("finn")["AccessToken"]
    shown = pool.plane("GetUser", AccessToken=access)
    assert (shown["Username"], {"Name": "name", "Value": "Finn"} in shown["UserAttributes"]) == ("finn", True)
    new = [{"Name": "email", "Value": "finn@example.org"}, {"Name": "nickname", "Value": "F"}]
    details = pool.plane("UpdateUserAttributes", AccessToken=access, UserAttributes=new)["CodeDeliveryDetailsList"]
    assert [one["AttributeName"] for one in details] == ["email"]
    assert pool.attributes("finn")["email_verified"] == "false"
    pool.plane("VerifyUserAttribute", AccessToken=access, AttributeName="email", Code=pool.code())
    assert pool.attributes("finn")["email_verified"] == "true"
    pool.plane("DeleteUserAttributes", AccessToken=access, UserAttributeNames=["nickname"])
    assert "nickname" not in pool.attributes("finn")
    old, change = {"PreviousPassword": PASSWORD}, {"AccessToken": access, "ProposedPassword": "0ther-Word"}
    assert fails(pool.plane, "ChangePassword", PreviousPassword="no", **change)[0] == "NotAuthorizedException"
    pool.plane("ChangePassword", **old, **change)
    assert pool.sign_in("finn", "0ther-Word")["AuthenticationResult"]
    pool.plane("DeleteUser", AccessToken=access)
    assert fails(pool.plane, "GetUser", AccessToken=access)[0] == "UserNotFoundException"


def test_required_attributes_must_be_given() -> None:
    """The name itself counts where it is an attribute."""
    schema = [{"Name": "given_name", "Required": True}, {"Name": "email", "Required": True}]
    with asyncio.Runner() as runner:
        strict = Pool(runner, Schema=schema, UsernameAttributes=["email"])
        sign_up = {"Username": "ann@example.com", "Password": PASSWORD}
        missing = "Attributes did not conform to the schema: given_name: The attribute is required\n"
        assert fails(strict.public, "SignUp", **sign_up) == ("InvalidParameterException", missing)
        given = [{"Name": "given_name", "Value": "Ann"}]
        assert strict.public("SignUp", **sign_up, UserAttributes=given)["UserSub"]


def test_what_is_not_supported_says_so(pool: Pool) -> None:
    for settings, what in (
        ({"SmsConfiguration": {"SnsCallerArn": "a"}}, "SMS messages (SmsConfiguration)"),
        ({"AutoVerifiedAttributes": ["phone_number"]}, "SMS messages (phone_number in AutoVerifiedAttributes)"),
        ({"EmailConfiguration": {"SourceArn": "a"}}, "email by Amazon SES (EmailConfiguration)"),
        ({"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}, "threat protection (UserPoolAddOns)"),
        ({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True}}, "remembered devices (DeviceConfiguration)"),
        ({"LambdaConfig": {"CustomSMSSender": {"LambdaArn": "a"}}}, "the trigger CustomSMSSender"),
        ({"LambdaConfig": {"CustomEmailSender": {"LambdaArn": "a"}}}, "the trigger CustomEmailSender"),
        ({"LambdaConfig": {"KMSKeyID": "a"}}, "the trigger KMSKeyID"),
        ({"LambdaConfig": {"InboundFederation": {"LambdaArn": "a"}}}, "the trigger InboundFederation"),
        (
            {"LambdaConfig": {"PreTokenGenerationConfig": {"LambdaArn": "a", "LambdaVersion": "V3_0"}}},
            "pre token generation events of version V3_0",
        ),
    ):
        expected = ("NotImplementedException", f"Gatelet does not support {what} yet.")
        assert pool.plane.fails("CreateUserPool", PoolName="x", **settings) == expected
    client = {"UserPoolId": pool.id, "ClientName": "x"}
    providers = {"SupportedIdentityProviders": ["COGNITO", "Google"]}
    assert pool.plane.fails("CreateUserPoolClient", **client, **providers)[0] == "NotImplementedException"


def test_codes_are_not_sent_without_end(pool: Pool) -> None:
    """A few tries at each of very many codes would be a guess (Cognito Developer Guide, "Quotas")."""
    pool.user("gil", email="gil@example.com", email_verified="true")
    for _ in range(quotas.CODES_PER_HOUR):
        pool.public("ForgotPassword", Username="gil")
    limit = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    assert fails(pool.public, "ForgotPassword", Username="gil") == limit
    pool.plane.clock.time += 3_601
    assert pool.public("ForgotPassword", Username="gil")["CodeDeliveryDetails"]
