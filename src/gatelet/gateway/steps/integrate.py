"""Runs a method's integration: each kind has its runner.

Reference: apigateway-data-plane section 9.
"""

from __future__ import annotations

from collections.abc import Awaitable

from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.integrations import (
    aws_service,
    http,
    http_proxy,
    lambda_custom,
    lambda_proxy,
    lambda_stream,
    mock,
)
from gatelet.gateway.method import (
    AwsService,
    HttpCustom,
    HttpProxy,
    LambdaCustom,
    LambdaProxy,
    LambdaStream,
    Misconfiguration,
    Mock,
)
from gatelet.gateway.request_spans import RequestSpans
from gatelet.http.response import Response


def integrate(exchange: Exchange) -> Awaitable[Response]:
    """The response that the method's integration gives, to be awaited. Either raises GatewayError."""
    spans = exchange.trace.spans
    return _run(exchange) if spans is None else _timed(exchange, spans)


async def _timed(exchange: Exchange, spans: RequestSpans) -> Response:
    """Of a traced request: when it began, and when it was answered."""
    spans.integrate(exchange.ports.clock.now())
    response = await _run(exchange)
    spans.integrated(exchange.ports.clock.now())
    return response


def _run(exchange: Exchange) -> Awaitable[Response]:
    match exchange.method.integration:
        case LambdaProxy() as integration:
            return lambda_proxy.run(integration, exchange)
        case LambdaStream() as integration:
            return lambda_stream.run(integration, exchange)
        case LambdaCustom() as integration:
            return lambda_custom.run(integration, exchange)
        case HttpProxy() as integration:
            return http_proxy.run(integration, exchange)
        case HttpCustom() as integration:
            return http.run(integration, exchange)
        case AwsService() as integration:
            return aws_service.run(integration, exchange)
        case Mock() as integration:
            return mock.run(integration, exchange)
        case Misconfiguration(reason):
            raise ApiConfigurationError(reason)
