"""The users, roles, keys and policies of every account, in memory, compiled when they are first asked for.

It follows the committed changes, so that a call that changed something answers once this process knows it: a
key that is made Inactive is refused from then on. A stored policy that cannot be compiled denies everything.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from gatelet.identity.aws_policies import AWS_POLICIES
from gatelet.identity.model import (
    ACCESS_KEY,
    GROUP,
    POLICY,
    ROLE,
    SERVICE,
    USER,
    AccessKeyDocument,
    EntityDocument,
    GroupDocument,
    PolicyDocument,
    RoleDocument,
    UserDocument,
)
from gatelet.identity.principals import Principal, PrincipalType
from gatelet.policy.combine import Grants, Named
from gatelet.policy.document import Kind
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import Policy, compile_policy
from gatelet.policy.reading import compile_text
from gatelet.storage.ports import Change, Key, Records

_log = logging.getLogger(__name__)

_KINDS: Final = (ROLE, USER, GROUP, POLICY, ACCESS_KEY)
_KEPT_TEXTS: Final = 4_096
_EVERYTHING: Final = [{"Sid": "Root", "Effect": "Allow", "Action": "*", "Resource": "*"}]
_DENY_ALL: Final = [{"Sid": "Unreadable", "Effect": "Deny", "Action": "*", "Resource": "*"}]


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, a role or a group, with its policies compiled."""

    name: str
    arn: str
    unique_id: str
    tags: Mapping[str, str]
    grants: Grants
    trust: Policy | None = None
    """Who may assume a role."""
    max_session_seconds: int = 0


class Directory:
    """Looks identities up; every answer is from memory."""

    __slots__ = ("_documents", "_entities", "_records", "_root", "_texts", "revision")

    def __init__(self, records: Records) -> None:
        self._records = records
        self._documents: dict[tuple[str, str, str], Any] = {}
        """By kind, account and id; access keys have no account."""
        self._entities: dict[tuple[str, str, str], Entity] = {}
        self._texts: dict[tuple[Kind, str], Policy] = {}
        self._root = Grants((Named("root", compile_policy(_EVERYTHING, kind=Kind.IDENTITY)),))
        self.revision = 0
        """Another one after every change: whatever was looked up at one revision holds while it stays."""

    async def start(self) -> None:
        """Load what is stored."""
        for kind in _KINDS:
            for record in await self._records.list_everywhere(SERVICE, kind):
                self._documents[_place(record.key)] = record.value

    async def apply(self, change: Change) -> None:
        """Take over one committed change."""
        key = change.key
        if key.service != SERVICE or key.kind not in _KINDS:
            return
        record = None if change.deleted else await self._records.get(key)
        if record is None:
            self._documents.pop(_place(key), None)
        else:
            self._documents[_place(key)] = record.value
        if key.kind != ACCESS_KEY:
            self._forget(key.account)
        self.revision += 1

    def role(self, account: str, name: str) -> Entity | None:
        """The role of that name (as it is spelled), or None."""
        return self._entity(ROLE, account, name)

    def user(self, account: str, name: str) -> Entity | None:
        """The user of that name (as it is spelled), or None."""
        return self._entity(USER, account, name)

    def group(self, account: str, name: str) -> Entity | None:
        """The group of that name (as it is spelled), or None."""
        return self._entity(GROUP, account, name)

    def role_of(self, arn: str) -> Entity | None:
        """The role with that ARN, its path included, or None."""
        parts = arn.split(":", 5)
        if len(parts) != 6 or not parts[5].startswith("role/"):
            return None
        role = self.role(parts[4], arn.rpartition("/")[2])
        return role if role is not None and role.arn == arn else None

    def entity_of(self, principal: Principal) -> Entity | None:
        """The caller's user or role; None for another caller, and if it is gone or was made anew."""
        if principal.type is PrincipalType.USER:
            entity = self.user(principal.account, principal.name)
        elif principal.type is PrincipalType.ROLE:
            entity = self.role(principal.account, principal.name)
        else:
            return None
        return entity if entity is not None and entity.unique_id == principal.unique_id else None

    def grants_of(self, principal: Principal) -> Grants:
        """The policies of a caller; one whose user or role is gone, or was made anew, has none."""
        if principal.root:
            return self._root
        entity = self.entity_of(principal)
        if entity is None:
            return Grants()
        if not principal.session_policies:
            return entity.grants
        return replace(entity.grants, session=self.session_policies(principal.session_policies, principal.account))

    def access_key(self, key_id: str) -> AccessKeyDocument | None:
        """A user's long-term key."""
        found: AccessKeyDocument | None = self._documents.get((ACCESS_KEY, "", key_id))
        return found

    def document(self, kind: str, account: str, name: str) -> Any:
        """The stored document of an entity, or None; not to be changed."""
        return self._documents.get((kind, account, name.lower()))

    def count(self, kind: str, account: str) -> int:
        """How many entities of the kind the account has."""
        return sum(place[0] == kind and place[1] == account for place in self._documents)

    def managed_text(self, arn: str, account: str) -> str | None:
        """The default version of a managed policy, AWS's or the account's own; None if there is none."""
        document = AWS_POLICIES.get(arn) or self._documents.get((POLICY, account, arn.rpartition("/")[2].lower()))
        found = cast("PolicyDocument | None", document)
        return found["document"] if found is not None and found["policy"]["Arn"] == arn else None

    def session_policies(self, policies: Iterable[str], account: str) -> tuple[Named, ...]:
        """Session policies: documents, and ARNs of managed policies. One that is gone allows nothing."""
        found = []
        for policy in policies:
            text = self.managed_text(policy, account) if policy.startswith("arn:") else policy
            if text is not None:
                found.append(Named(policy if policy.startswith("arn:") else "SessionPolicy", self.compiled(text)))
        return tuple(found)

    def compiled(self, text: str, kind: Kind = Kind.IDENTITY) -> Policy:
        """A stored document as a Policy; what cannot be read denies everything."""
        policy = self._texts.get((kind, text))
        if policy is None:
            try:
                policy = compile_text(text, kind)
            except MalformedPolicy:
                _log.exception("a stored policy cannot be read: it denies everything")
                policy = _deny_all()
            if len(self._texts) >= _KEPT_TEXTS:
                self._texts.clear()
            self._texts[kind, text] = policy
        return policy

    def _entity(self, kind: str, account: str, name: str) -> Entity | None:
        place = (kind, account, name)
        entity = self._entities.get(place)
        if entity is None:
            document = self.document(kind, account, name)
            if document is None:
                return None
            made = self._compile(kind, document, account)
            if made.name != name:
                return None
            entity = self._entities[place] = made
        return entity

    def _compile(self, kind: str, document: Any, account: str) -> Entity:
        if kind == ROLE:
            return self._role(document, account)
        return self._user(document, account) if kind == USER else self._group(document, account)

    def _role(self, document: RoleDocument, account: str) -> Entity:
        role = document["role"]
        name = role["RoleName"]
        return Entity(
            name,
            role["Arn"],
            role["RoleId"],
            document["tags"],
            Grants(tuple(self._policies(document, f"role/{name}", account)), self._boundary(document, account)),
            self.compiled(role["AssumeRolePolicyDocument"], Kind.TRUST),
            role["MaxSessionDuration"],
        )

    def _user(self, document: UserDocument, account: str) -> Entity:
        user = document["user"]
        name = user["UserName"]
        policies = self._policies(document, f"user/{name}", account)
        for group in document["groups"]:
            held = cast("GroupDocument | None", self.document(GROUP, account, group))
            if held is not None:
                policies += self._policies(held, f"group/{group}", account)
        grants = Grants(tuple(policies), self._boundary(document, account))
        return Entity(name, user["Arn"], user["UserId"], document["tags"], grants)

    def _group(self, document: GroupDocument, account: str) -> Entity:
        group = document["group"]
        name = group["GroupName"]
        grants = Grants(tuple(self._policies(document, f"group/{name}", account)))
        return Entity(name, group["Arn"], group["GroupId"], {}, grants)

    def _policies(self, document: EntityDocument, owner: str, account: str) -> list[Named]:
        named = [Named(f"{owner}/{name}", self.compiled(text), text) for name, text in document["policies"].items()]
        for arn in document["attached"]:
            text = self.managed_text(arn, account)
            if text is not None:
                named.append(Named(arn, self.compiled(text), text))
        return named

    def _boundary(self, document: RoleDocument | UserDocument, account: str) -> Named | None:
        arn = document.get("boundary")
        if arn is None:
            return None
        text = self.managed_text(arn, account)
        # A boundary that is gone allows nothing.
        return Named(arn, _deny_all() if text is None else self.compiled(text))

    def _forget(self, account: str) -> None:
        for place in [place for place in self._entities if place[1] == account]:
            del self._entities[place]


def _place(key: Key) -> tuple[str, str, str]:
    return key.kind, key.account, key.id


def _deny_all() -> Policy:
    return compile_policy(_DENY_ALL, kind=Kind.IDENTITY)
