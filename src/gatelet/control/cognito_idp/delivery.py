"""Messages to users. There is no mail: they go to the outbox, where the operator (or a test) reads them.

The outbox is a file in the data directory and the log group ``/gatelet/cognito/{pool id}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelet.control.cognito_idp.documents import Pool
from gatelet.control.cognito_idp.triggers import Event, fire
from gatelet.control.operation import Call
from gatelet.identity.user_pools.model import UserDocument

CODE: Final = "{####}"
USERNAME: Final = "{username}"
_SUBJECTS: Final = {"CustomMessage_AdminCreateUser": "Your temporary password"}
_BODIES: Final = {
    "CustomMessage_AdminCreateUser": "Your username is {username} and temporary password is {####}. ",
    "CustomMessage_ForgotPassword": "Your password reset code is {####}.",
}
_MEDIUM: Final = {"email": "EMAIL", "phone_number": "SMS"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be told a user. ``code`` is a code or a temporary password."""

    trigger: str
    """The CustomMessage trigger's source: ``CustomMessage_SignUp``."""
    attribute: str
    address: str
    code: str
    client_id: str | None
    metadata: Mapping[str, str]

    def details(self) -> dict[str, Any]:
        """CodeDeliveryDetails: the address is masked."""
        return {
            "Destination": masked(self.address),
            "DeliveryMedium": _MEDIUM[self.attribute],
            "AttributeName": self.attribute,
        }


async def send(call: Call, pool: Pool, user: UserDocument, letter: Letter) -> None:
    """Put a message into the outbox. Raises AwsError: the CustomMessage trigger failed."""
    subject, body = _template(pool, letter)
    if (pool.settings.get("LambdaConfig") or {}).get("CustomMessage"):
        event = Event(letter.trigger, letter.client_id, letter.metadata)
        event.request |= {"codeParameter": CODE, "usernameParameter": None, "linkParameter": "{##Click Here##}"}
        if letter.trigger == "CustomMessage_AdminCreateUser":
            event.request["usernameParameter"] = USERNAME
        event.response |= {"smsMessage": None, "emailMessage": None, "emailSubject": None}
        answer = await fire(call, pool, user, "CustomMessage", event)
        body = _text(answer.get("emailMessage")) or body
        subject = _text(answer.get("emailSubject")) or subject
    filled = body.replace(CODE, letter.code).replace(USERNAME, user["username"])
    await call.ports.outbox.deliver(
        pool.scope,
        pool.id,
        {
            "to": letter.address,
            "medium": _MEDIUM[letter.attribute],
            "username": user["username"],
            "kind": letter.trigger.partition("_")[2],
            "code": letter.code,
            "subject": subject,
            "message": filled,
        },
    )


def _template(pool: Pool, letter: Letter) -> tuple[str, str]:
    settings = pool.settings
    invite = settings["AdminCreateUserConfig"].get("InviteMessageTemplate") or {}
    template = settings.get("VerificationMessageTemplate") or {}
    subject = _SUBJECTS.get(letter.trigger, "Your verification code")
    body = _BODIES.get(letter.trigger, "Your confirmation code is {####}")
    if letter.trigger == "CustomMessage_AdminCreateUser":
        return invite.get("EmailSubject") or subject, invite.get("EmailMessage") or body
    subject = template.get("EmailSubject") or settings.get("EmailVerificationSubject") or subject
    return subject, template.get("EmailMessage") or settings.get("EmailVerificationMessage") or body


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def masked(address: str) -> str:
    """``f***@e***`` for an address, ``+*******1234`` for a number."""
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:1]}***@{domain[:1]}***"
    return f"+*******{address[-4:]}"
