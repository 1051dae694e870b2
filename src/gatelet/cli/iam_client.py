"""Calls of IAM and STS: the query protocol, forms out and XML back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlencode
from xml.etree import ElementTree as ET

from gatelet.cli.client import Client
from gatelet.cli.failure import CallRefused, CommandFailed

_VERSIONS: Mapping[str, str] = {"iam": "2010-05-08", "sts": "2011-06-15"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that decided: its policy, and its text."""

    policy: str
    text: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """What the simulator says of one action on one resource."""

    action: str
    resource: str
    decision: str
    """``allowed``, ``explicitDeny`` or ``implicitDeny``."""
    statements: tuple[Statement, ...]
    missing: tuple[str, ...]
    """Condition keys that the policies look at and that have no value."""
    within_boundary: bool | None


class IamClient:
    """IAM and STS of a running Gatelet. Every method raises NoServer and CallRefused."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def caller(self) -> str:
        """The ARN of whose keys these are (GetCallerIdentity)."""
        return _text(self._call("sts", "GetCallerIdentity", {}), "Arn")

    def principal_arn(self, name: str) -> str:
        """The ARN of ``user/NAME``, ``role/NAME``, ``group/NAME``; an ARN stays as it is."""
        if name.startswith("arn:"):
            return name
        kind, _, rest = name.partition("/")
        if kind not in ("user", "role", "group") or not rest:
            raise CommandFailed(f"{name!r} names nobody: give an ARN, user/NAME, role/NAME or group/NAME.")
        word = kind.capitalize()
        return _text(self._call("iam", f"Get{word}", {f"{word}Name": rest}), "Arn")

    def create_access_key(self, user: str) -> tuple[str, str]:
        """A new key of a user: its id and its secret."""
        answer = self._call("iam", "CreateAccessKey", {"UserName": user})
        return _text(answer, "AccessKeyId"), _text(answer, "SecretAccessKey")

    def simulate(self, arn: str, action: str, resource: str, context: Mapping[str, list[str]]) -> Simulation:
        """May the principal do the action on the resource (SimulatePrincipalPolicy)."""
        form = {"PolicySourceArn": arn, "ActionNames.member.1": action, "ResourceArns.member.1": resource}
        for number, (key, values) in enumerate(context.items(), 1):
            entry = f"ContextEntries.member.{number}"
            form |= {f"{entry}.ContextKeyName": key, f"{entry}.ContextKeyType": "stringList"}
            form |= {f"{entry}.ContextKeyValues.member.{n}": value for n, value in enumerate(values, 1)}
        result = self._call("iam", "SimulatePrincipalPolicy", form).find(".//{*}EvaluationResults/{*}member")
        if result is None:
            raise CommandFailed("the simulator gave no result.")
        within = result.find(".//{*}AllowedByPermissionsBoundary")
        return Simulation(
            action,
            resource,
            _text(result, "EvalDecision"),
            tuple(self._statement(member) for member in result.findall("{*}MatchedStatements/{*}member")),
            tuple(member.text or "" for member in result.findall("{*}MissingContextValues/{*}member")),
            None if within is None else within.text == "true",
        )

    def _statement(self, member: ET.Element) -> Statement:
        policy = _text(member, "SourcePolicyId")
        text = self._document(policy)
        start, end = (_offset(text, member, f"{edge}Position") for edge in ("Start", "End"))
        return Statement(policy, text[start:end])

    def _document(self, policy: str) -> str:
        """The text of a policy: a managed one's default version, or an inline one (``role/NAME/POLICY``)."""
        if policy.startswith("arn:"):
            version = _text(self._call("iam", "GetPolicy", {"PolicyArn": policy}), "DefaultVersionId")
            answer = self._call("iam", "GetPolicyVersion", {"PolicyArn": policy, "VersionId": version})
            return unquote(_text(answer, "Document"))
        kind, name, inline = policy.split("/", 2)
        word = kind.capitalize()
        answer = self._call("iam", f"Get{word}Policy", {f"{word}Name": name, "PolicyName": inline})
        return unquote(_text(answer, "PolicyDocument"))

    def _call(self, service: str, operation: str, form: Mapping[str, str]) -> ET.Element:
        body = urlencode({"Action": operation, "Version": _VERSIONS[service], **form}).encode()
        try:
            return ET.fromstring(self._client.query(service, body))  # noqa: S314 - Gatelet's own answer
        except CallRefused as refusal:
            raise _readable(refusal) from None


def _readable(refusal: CallRefused) -> CallRefused:
    """The error that stands in the XML of an answer."""
    _, _, body = str(refusal).partition(": ")
    try:
        error = ET.fromstring(body)  # noqa: S314 - Gatelet's own answer
    except ET.ParseError:
        return refusal
    return CallRefused(_text(error, "Code"), _text(error, "Message"))


def _text(element: ET.Element, name: str) -> str:
    found = element.find(f".//{{*}}{name}")
    return "" if found is None or found.text is None else found.text


def _offset(text: str, member: ET.Element, edge: str) -> int:
    position = member.find(f"{{*}}{edge}")
    if position is None:
        return 0
    line, column = int(_text(position, "Line")), int(_text(position, "Column"))
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
