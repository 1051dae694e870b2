"""Layers as a function's setting. Reference: lambda-control-plane section 9."""

from __future__ import annotations

from collections.abc import Sequence

from gatelet.aws import quotas
from gatelet.control.lambda_.errors import InvalidParameterValue
from gatelet.control.lambda_.layer_names import LayerName, parse_version_arn, read_layer_version
from gatelet.control.operation import Call
from gatelet.functions.archive import unzipped_too_large
from gatelet.functions.model import CodeReference, FunctionDocument


async def attach(call: Call, document: FunctionDocument, arns: Sequence[str]) -> None:
    """Give the function these layers, in this order, in place of those that it has.

    What the function has already may have been deleted meanwhile. Raises AwsError. Code must be kept
    (gatelet.control.lambda_.code.keeping_code) until the function is written.
    """
    configuration = document["configuration"]
    attached = zip(configuration.pop("Layers", ()), document.pop("layers", ()), strict=True)
    held = {layer["Arn"]: code for layer, code in attached}
    _check_list(call, arns)
    codes = [held[arn] if arn in held else await _code_of(call, arn) for arn in arns]
    if codes:
        configuration["Layers"] = [
            {"Arn": arn, "CodeSize": code["size"]} for arn, code in zip(arns, codes, strict=True)
        ]
        document["layers"] = codes
    check_unzipped(document)


def check_unzipped(document: FunctionDocument) -> None:
    """Whether code and layers together stay below the limit. Raises InvalidParameterValue."""
    codes = (document["code"], *document.get("layers", ()))
    if sum(code.get("unzipped", 0) for code in codes) > quotas.CODE_UNZIPPED_BYTES:
        raise unzipped_too_large()


async def _code_of(call: Call, arn: str) -> CodeReference:
    found = await read_layer_version(call, parse_version_arn(arn))
    if found is None:
        raise InvalidParameterValue(f"Layer version {arn} does not exist.")
    return found["code"]


def _check_list(call: Call, arns: Sequence[str]) -> None:
    if len(arns) > quotas.LAYERS_PER_FUNCTION:
        raise InvalidParameterValue(f"Cannot reference more than {quotas.LAYERS_PER_FUNCTION} layers.")
    layers: dict[LayerName, str] = {}
    for arn in arns:
        name = parse_version_arn(arn).name
        if name.scope.region != call.scope.region:
            raise InvalidParameterValue(
                "Layers are not in the same region as the function. "
                f"Layers are expected to be in region {call.scope.region}."
            )
        if name in layers:
            raise InvalidParameterValue(
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{layers[name]} and {arn} are versions of the same layer."
            )
        layers[name] = arn
