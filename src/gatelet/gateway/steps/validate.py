"""Checks a request as its method's validator says: required parameters, then the body against its model.

Reference: apigateway-data-plane sections 1 (step 8) and 5.
"""

from __future__ import annotations

from gatelet.gateway.errors import ApiConfigurationError, BadRequestBody, BadRequestParameters
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.heavy_validation import ValidationUnavailable
from gatelet.gateway.validation.model import BodyModel
from gatelet.gateway.validation.parameters import missing_message, missing_parameters
from gatelet.gateway.validation.validator import RequestValidator


async def validate(validator: RequestValidator, exchange: Exchange) -> None:
    """Raises BadRequestParameters, BadRequestBody; ApiConfigurationError for a body that cannot be checked."""
    if validator.required:
        missing = missing_parameters(validator.required, exchange.parameters.value)
        if missing:
            failure = BadRequestParameters(missing_message(missing))
            failure.reason = missing_message(missing)
            raise failure
    if validator.models:
        await _check_body(validator, exchange)


async def _check_body(validator: RequestValidator, exchange: Exchange) -> None:
    media_type, model = validator.model_for(exchange.trace.content_type)
    if model is None:
        return
    said = await _check(model, exchange)
    if said is not None:
        failure = BadRequestBody(validation_error=said)
        failure.reason = f"Request body does not match model schema for content type {media_type}: {said}"
        raise failure


async def _check(model: BodyModel, exchange: Exchange) -> str | None:
    body = exchange.body
    if model.is_light(body):
        return model.check(body)
    try:
        return await exchange.ports.validation.check(model, body)
    except ValidationUnavailable as error:
        raise ApiConfigurationError(str(error)) from error
