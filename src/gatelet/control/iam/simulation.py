"""SimulatePrincipalPolicy and SimulateCustomPolicy: may X do Y on Z, and by which statements.

The simulator asks the evaluator that calls are asked with. What it knows of the principal and the moment
stands in the context unless the request gives another value; everything else comes from ContextEntries.
Reference: IAM API Reference ("SimulatePrincipalPolicy").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.iam.entities import KINDS, missing
from gatelet.control.iam.errors import InvalidInput
from gatelet.control.iam.paging import page
from gatelet.control.iam.simulated_principal import Simulated, simulated
from gatelet.control.operation import Call, Response, operation
from gatelet.identity.request_keys import Circumstances, request_keys
from gatelet.policy.asked import Asked, context_of
from gatelet.policy.combine import Grants, Named, Verdict, combine
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.kind import Kind
from gatelet.policy.positions import line_and_column, statement_spans
from gatelet.policy.principals import account_of
from gatelet.policy.reading import compile_text

if TYPE_CHECKING:
    from types_boto3_iam.type_defs import SimulateCustomPolicyRequestTypeDef, SimulatePrincipalPolicyRequestTypeDef


@operation("iam", "SimulatePrincipalPolicy")
async def simulate_principal_policy(call: Call, request: SimulatePrincipalPolicyRequestTypeDef) -> Response:
    """With the policies of a user, group or role, and those of the request beside them."""
    if request.get("PolicyExclusionList"):
        raise NotSupported("PolicyExclusionList")
    arn = request["PolicySourceArn"]
    try:
        parsed = Arn.parse(arn)
    except InvalidArn:
        raise InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.") from None
    subject = simulated(call, parsed)
    if subject is None:
        raise _nobody(arn)
    return _answer(call, request, subject)


@operation("iam", "SimulateCustomPolicy")
async def simulate_custom_policy(call: Call, request: SimulateCustomPolicyRequestTypeDef) -> Response:
    """With the policies of the request alone."""
    if request.get("OrderedOrganizationPolicyInputList"):
        raise NotSupported("policies of an organization (OrderedOrganizationPolicyInputList)")
    return _answer(call, request, Simulated("", Grants(), {}))


def _nobody(arn: str) -> AwsError:
    """The entity is not there. Its kind stands in the ARN."""
    word, _, path = arn.split(":", 5)[5].partition("/")
    kind = next((one for one in KINDS if one.word == word), None)
    if kind is None:
        return InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    return missing(kind, path.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class _Trial:
    """What every question of one request has in common."""

    grants: Grants
    resource: Named | None
    caller: str | None
    owner: str
    own_account: str
    context: Mapping[str, tuple[str, ...]]


def _answer(call: Call, request: Any, subject: Simulated) -> Response:
    identity = _policies(request.get("PolicyInputList"), "PolicyInputList")
    boundaries = _policies(request.get("PermissionsBoundaryPolicyInputList"), "PermissionsBoundaryPolicyInputList")
    grants = Grants(subject.grants.identity + tuple(identity), next(iter(boundaries), subject.grants.boundary))
    caller = request.get("CallerArn") or subject.arn or None
    resource = None
    if request.get("ResourcePolicy"):
        if caller is None:
            raise InvalidInput("CallerArn is required when ResourcePolicy is specified.")
        resource = _named("ResourcePolicy", request["ResourcePolicy"], Kind.RESOURCE)
    context = {**request_keys(Circumstances(call.ports.clock.now())), **subject.keys, **_context(request)}
    own = account_of(caller or "") or call.scope.account
    owner = account_of(request.get("ResourceOwner") or "") or own
    trial = _Trial(grants, resource, caller, owner, own, context)
    resources = request.get("ResourceArns") or ["*"]
    rows = [
        (f"{number:05d}", _result(trial, action, on))
        for number, (action, on) in enumerate((a, r) for a in request["ActionNames"] for r in resources)
    ]
    answer = page(rows, request, "EvaluationResults", lambda row: row[0])
    return {**answer, "EvaluationResults": [row for _, row in answer["EvaluationResults"]]}


def _result(trial: _Trial, action: str, resource: str) -> dict[str, Any]:
    asked = Asked(action, resource, trial.context, arn=trial.caller)
    verdict = combine(asked, trial.grants, trial.resource, same_account=trial.owner == trial.own_account)
    policies = [*trial.grants.identity, *((trial.resource,) if trial.resource else ())]
    if trial.grants.boundary is not None:
        policies.append(trial.grants.boundary)
    needed = {key for named in policies for key in named.policy.condition_keys()}
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": _decision(verdict),
        "MatchedStatements": [one for named in policies for one in _matched(named, asked, verdict)],
        "MissingContextValues": sorted(needed - set(trial.context)),
    }
    if trial.grants.boundary is not None:
        within = trial.grants.boundary.policy.evaluate(asked).allowed
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    return result


def _decision(verdict: Verdict) -> str:
    if verdict.allowed:
        return "allowed"
    return "explicitDeny" if verdict.explicit_deny else "implicitDeny"


def _matched(named: Named, asked: Asked, verdict: Verdict) -> list[dict[str, Any]]:
    """The statements of one policy that made the decision: the Denys that apply, or else the Allows."""
    effect = "Deny" if verdict.explicit_deny else "Allow"
    if not verdict.allowed and not verdict.explicit_deny:
        return []
    spans = statement_spans(named.text)
    found = []
    for finding in named.policy.explain(asked):
        if finding.miss is None and finding.effect == effect:
            span = spans[finding.position]
            found.append(
                {
                    "SourcePolicyId": named.name,
                    "SourcePolicyType": _type(named.name),
                    "StartPosition": _position(named.text, span.start),
                    "EndPosition": _position(named.text, span.end),
                }
            )
    return found


def _position(text: str, offset: int) -> dict[str, int]:
    line, column = line_and_column(text, offset)
    return {"Line": line, "Column": column}


def _type(name: str) -> str:
    if name.startswith("arn:"):
        return "aws-managed" if account_of(name) == "aws" else "user-managed"
    if name == "ResourcePolicy":
        return "resource"
    kind = name.partition("/")[0]
    return kind if kind in ("user", "group", "role") else "none"


def _policies(texts: Sequence[str] | None, member: str) -> list[Named]:
    return [_named(f"{member}.{number}", text, Kind.IDENTITY) for number, text in enumerate(texts or (), 1)]


def _named(name: str, text: str, kind: Kind) -> Named:
    try:
        return Named(name, compile_text(text, kind), text)
    except MalformedPolicy as error:
        raise InvalidInput(f"Invalid Input Policy: {name}: {error}") from None


def _context(request: Any) -> Mapping[str, tuple[str, ...]]:
    entries: Iterable[Any] = request.get("ContextEntries") or ()
    given: dict[str, str | list[str]] = {}
    for entry in entries:
        if entry.get("ContextKeyName"):
            given[entry["ContextKeyName"]] = list(entry.get("ContextKeyValues") or ())
    return context_of(given)
