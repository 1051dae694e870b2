"""The stored form of functions, their versions and layers, written by control/lambda_ alone.

A function is one document with everything that belongs to it; its published versions, which never change once they
are ready, are documents of their own, so that a function of a thousand versions is no larger than one of two.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from gatelet.aws.scope import Scope
from gatelet.storage.ports import Collection, Key

SERVICE = "lambda"
KIND = "Function"
"""Key: ``Collection("lambda", "Function", account, region).key(function_name)``."""
VERSION_KIND = "Version"
LAYER_KIND = "Layer"
LAYER_VERSION_KIND = "LayerVersion"

LATEST = "$LATEST"


class CodeReference(TypedDict):
    """A zip archive in Blobs."""

    blob: str
    """The address in Blobs: SHA-256, hexadecimal."""
    size: int
    """Bytes of the zip (``CodeSize``)."""
    sha256: str
    """Base64 of the SHA-256 (``CodeSha256``)."""
    unzipped: NotRequired[int]
    """Bytes of what it holds."""
    extensions: NotRequired[bool]
    """Whether it is a layer that brings external extensions."""


class Revision(TypedDict):
    """What an environment runs: code and configuration that belong together."""

    configuration: dict[str, Any]
    """FunctionConfiguration as AWS spells it (lambda-control-plane section 4), without State members."""
    code: CodeReference
    layers: NotRequired[list[CodeReference]]
    """The archives of ``configuration["Layers"]``, in the same order."""


class PolicyOfQualifier(TypedDict):
    """The resource policy of one qualifier (lambda-control-plane section 8)."""

    RevisionId: str
    Statement: list[dict[str, Any]]


class AliasDocument(TypedDict):
    """An alias (lambda-control-plane section 6)."""

    FunctionVersion: str
    Description: str
    RevisionId: str
    weights: dict[str, float]
    """``RoutingConfig.AdditionalVersionWeights``."""


class ProvisionedDocument(TypedDict):
    """What PutProvisionedConcurrencyConfig asked for (lambda-control-plane section 7)."""

    requested: int
    LastModified: str


class UrlDocument(TypedDict):
    """A function URL. Times as AWS writes them."""

    id: str
    """32 characters, the first label of its host."""
    AuthType: str
    Cors: NotRequired[dict[str, Any]]
    InvokeMode: NotRequired[str]
    CreationTime: str
    LastModifiedTime: str


class FunctionDocument(TypedDict):
    """A function with everything that belongs to it.

    ``configuration`` is what GetFunctionConfiguration answers (with State, LastUpdateStatus ...);
    ``serving`` is what Invoke runs: the previous revision while an update is in progress, None while the
    function is Pending for the first time.
    """

    configuration: dict[str, Any]
    code: CodeReference
    layers: NotRequired[list[CodeReference]]
    """The archives of ``configuration["Layers"]``, in the same order."""
    serving: Revision | None
    tags: dict[str, str]
    policies: dict[str, PolicyOfQualifier]
    """By qualifier; the unqualified function is ``$LATEST``."""
    reserved_concurrency: NotRequired[int]
    last_version: NotRequired[int]
    """The newest number that was ever given: numbers are never given twice."""
    settling_version: NotRequired[int]
    """The version that is published with the change that is in progress."""
    aliases: NotRequired[dict[str, AliasDocument]]
    provisioned: NotRequired[dict[str, ProvisionedDocument]]
    """By qualifier: a version or an alias."""
    event_invoke_configs: NotRequired[dict[str, dict[str, Any]]]
    """What PutFunctionEventInvokeConfig set, in AWS's spelling, by qualifier (lambda-control-plane section 11)."""
    urls: NotRequired[dict[str, UrlDocument]]
    """Function URLs, by qualifier: ``$LATEST`` or an alias (lambda-control-plane section 10)."""
    recursive_loop: NotRequired[str]
    """``Allow``; ``Terminate`` when absent."""


class VersionDocument(TypedDict):
    """A published version. Parent: the function's name."""

    configuration: dict[str, Any]
    """With State members; ``FunctionArn`` is the function's own."""
    code: CodeReference
    layers: NotRequired[list[CodeReference]]
    fingerprint: str
    """Of the code and configuration that it was published from."""


class LayerVersionDocument(TypedDict):
    """A version of a layer (lambda-control-plane section 9). Parent: the layer's name."""

    LayerVersionArn: str
    Version: int
    Description: str
    CreatedDate: str
    CompatibleRuntimes: NotRequired[list[str]]
    CompatibleArchitectures: NotRequired[list[str]]
    LicenseInfo: NotRequired[str]
    code: CodeReference
    policy: NotRequired[PolicyOfQualifier]


class LayerDocument(TypedDict):
    """What of a layer outlives its versions."""

    last_version: int


def function_key(scope: Scope, name: str) -> Key:
    """Where a function is."""
    return Collection(SERVICE, KIND, scope.account, scope.region).key(name)


def numbered(name: str, number: int) -> str:
    """The id of a numbered part: ordered by name, then number (no character of a name sorts before the comma)."""
    return f"{name},{number:010d}"


def versions_of(scope: Scope) -> Collection:
    """The published versions of a scope's functions."""
    return Collection(SERVICE, VERSION_KIND, scope.account, scope.region)


def version_key(scope: Scope, name: str, number: int) -> Key:
    """Where a published version is."""
    return versions_of(scope).key(numbered(name, number))


def name_of_version(key: Key) -> tuple[str, str]:
    """The function's name and the version's qualifier in the key of a published version."""
    name, _, number = key.id.partition(",")
    return name, str(int(number))


def blobs_of(kind: str, document: dict[str, Any]) -> set[str]:
    """The archives that a document of this kind refers to."""
    if kind not in (KIND, VERSION_KIND, LAYER_VERSION_KIND):
        return set()
    parts = [document, document.get("serving") or {}]
    codes = [part["code"] for part in parts if part] + [layer for part in parts for layer in part.get("layers", ())]
    return {code["blob"] for code in codes}


REFERRING_KINDS = (KIND, VERSION_KIND, LAYER_VERSION_KIND)
"""Kinds of documents that refer to archives."""
