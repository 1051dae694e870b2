"""Naming layers and reading their versions. Reference: lambda-control-plane section 9."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceNotFound
from gatelet.control.operation import Call
from gatelet.functions.model import LAYER_VERSION_KIND, SERVICE, LayerVersionDocument, numbered
from gatelet.policy.evaluate import compile_policy
from gatelet.storage.ports import Collection, Key

GET = "lambda:GetLayerVersion"

_ARN = re.compile(
    r"arn:[a-zA-Z0-9-]+:lambda:(?P<region>[a-zA-Z0-9-]+):(?P<account>\d{12}):layer:"
    r"(?P<layer>[a-zA-Z0-9_-]+)(?::(?P<version>[0-9]+))?"
)


@dataclass(frozen=True, slots=True)
class LayerName:
    """Which layer."""

    scope: Scope
    layer: str

    @property
    def arn(self) -> str:
        """LayerArn."""
        scope = self.scope
        return f"arn:{scope.partition}:lambda:{scope.region}:{scope.account}:layer:{self.layer}"


@dataclass(frozen=True, slots=True)
class LayerVersionName:
    """Which version of which layer."""

    name: LayerName
    version: int

    @property
    def scope(self) -> Scope:
        """Whose layer it is."""
        return self.name.scope

    @property
    def arn(self) -> str:
        """LayerVersionArn."""
        return f"{self.name.arn}:{self.version}"

    @property
    def key(self) -> Key:
        """Where the version is."""
        return layer_versions(self.scope).key(numbered(self.name.layer, self.version))


def layer_versions(scope: Scope) -> Collection:
    """The versions of a scope's layers."""
    return Collection(SERVICE, LAYER_VERSION_KIND, scope.account, scope.region)


def parse_version_arn(arn: str) -> LayerVersionName:
    """What a LayerVersionArn names. Raises InvalidParameterValue."""
    found = _ARN.fullmatch(arn)
    if found is None or found["version"] is None:
        raise InvalidParameterValue(f"Layer version {arn} does not exist.")
    return LayerVersionName(LayerName(Scope(found["account"], found["region"]), found["layer"]), int(found["version"]))


def resolve_layer(call: Call, text: str) -> LayerName:
    """The layer that a LayerName parameter means: a name or a LayerArn."""
    found = _ARN.fullmatch(text)
    if found is None:
        return LayerName(call.scope, text)
    if found["region"] != call.scope.region:
        raise ResourceNotFound("The resource you requested does not exist.")
    return LayerName(Scope(found["account"], found["region"]), found["layer"])


def resolve_layer_version(call: Call, text: str, version: int) -> LayerVersionName:
    """The version that LayerName and VersionNumber mean. Raises InvalidParameterValue."""
    if version < 1:
        raise InvalidParameterValue("Layer Version Cannot be less than 1")
    return LayerVersionName(resolve_layer(call, text), version)


async def read_layer_version(call: Call, name: LayerVersionName) -> LayerVersionDocument | None:
    """A version of a layer, None if it does not exist (any more).

    Raises AccessDeniedException for another account's that is not shared with the caller, whether it exists or not.
    """
    record = await call.ports.records.get(name.key)
    found = None if record is None else cast(LayerVersionDocument, record.value)
    if name.scope.account != call.scope.account and not (found and _shared(found, name, call.principal.arn)):
        raise AwsError(
            "AccessDeniedException",
            f"User: {call.principal.arn} is not authorized to perform: {GET} on resource: {name.arn} "
            f"because no resource-based policy allows the {GET} action",
            status=403,
        )
    return found


def _shared(document: LayerVersionDocument, name: LayerVersionName, caller: str) -> bool:
    policy = document.get("policy")
    if policy is None:
        return False
    compiled = compile_policy(policy["Statement"])
    return compiled.decide(
        principal_service=None, principal_aws=caller, action=GET, resource=name.arn, context={}
    ).allowed
