"""Makes the Snapshot of a stage: pure, and never stopped by one method that cannot run.

What Gatelet does not support, or what the owner has set up wrongly, becomes a Misconfiguration: that method answers
500 with the reason in its execution log, its neighbours are served. Stage variables are filled in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws.arn import InvalidArn, execute_api_arn
from gatelet.aws.scope import Scope
from gatelet.counters.ports import Bucket
from gatelet.gateway.admission import DEFAULT_THROTTLE, AccountThrottle, account_bucket, method_bucket
from gatelet.gateway.authorizers.authorization import Authorization, InvalidAuthorization
from gatelet.gateway.caching import CachePlan, InvalidKeyParameter, cache_namespace, compile_cache
from gatelet.gateway.canary import CACHE_OF
from gatelet.gateway.compile_authorization import compile_authorization, compile_resource_policy
from gatelet.gateway.compile_integration import compile_integration
from gatelet.gateway.document import ENDPOINT_DISABLED, ApiDocument, StageDocument
from gatelet.gateway.events.head import fixed_head
from gatelet.gateway.method import Integration, Method, Misconfiguration, Resource
from gatelet.gateway.method_settings import settings_of
from gatelet.gateway.refusals import refuse_api, refuse_stage
from gatelet.gateway.router import Router
from gatelet.gateway.snapshot import GatewayResponse, Snapshot
from gatelet.gateway.stage_logs import AccessLog, compile_access_log, compile_execution_logging
from gatelet.gateway.template import InvalidExpression, parse_expression, parse_template
from gatelet.gateway.validation.errors import InvalidModel
from gatelet.gateway.validation.validator import RequestValidator, compile_validator

DAMAGED = (LookupError, TypeError, ValueError, AttributeError)
"""What reading a document raises that does not have the shape that it must have."""

_HEADER_TARGET = "gatewayresponse.header."


def compile_snapshot(
    document: ApiDocument,
    stage: StageDocument,
    deployment_id: str | None,
    scope: Scope,
    *,
    log_stage: str = "",
    account: AccountThrottle = DEFAULT_THROTTLE,
) -> Snapshot:
    """What the stage serves. Raises one of DAMAGED only for a document that is no API at all."""
    api = document["restApi"]
    variables: Mapping[str, str] = stage.get("variables") or {}
    compiler = _Compiler(document, stage, deployment_id, scope, account)
    return Snapshot(
        scope=scope,
        api_id=api["id"],
        stage=stage["stageName"],
        deployment_id=deployment_id,
        endpoint_disabled=bool(stage.get(ENDPOINT_DISABLED, api.get(ENDPOINT_DISABLED))),
        # Path-form URLs name no domain; handlers see the one that AWS would have given this API.
        default_domain=f"{api['id']}.execute-api.{scope.region}.amazonaws.com",
        binary_media_types=tuple(api.get("binaryMediaTypes") or ()),
        access_log=_access_log(stage),
        log_stage=log_stage or stage["stageName"],
        policy=compile_resource_policy(api.get("policy")),
        traced=bool(stage.get("tracingEnabled")),
        api_name=str(api.get("name") or ""),
        endpoint_type=next(iter((api.get("endpointConfiguration") or {}).get("types") or ()), None),
        api_key_source=api.get("apiKeySource") or "HEADER",
        minimum_compression_size=api.get("minimumCompressionSize"),
        variables=variables,
        gateway_responses=_gateway_responses(document.get("gatewayResponses") or {}),
        router=Router(compiler.resource(resource) for resource in document["resources"].values()),
    )


def unservable(api_id: str, stage: str, scope: Scope, reason: str) -> Snapshot:
    """In place of a stage that cannot be compiled: it answers 500 everywhere, with the reason in its log.

    It must not go on with what it served before: who may call it has perhaps just been changed.
    """
    resources = [Resource("unservable", "/"), Resource("unservable", "/{proxy+}")]
    method = Method("ANY", Misconfiguration(reason), execute_api_arn(scope, api_id, stage, "*", "/*"), b"", name=stage)
    return Snapshot(
        scope=scope,
        api_id=api_id,
        stage=stage,
        deployment_id=None,
        endpoint_disabled=False,
        default_domain=f"{api_id}.execute-api.{scope.region}.amazonaws.com",
        binary_media_types=(),
        log_stage=stage,
        variables={},
        gateway_responses={},
        router=Router((resource, {"ANY": method}) for resource in resources),
    )


class _Compiler:
    """Compiles the methods of one stage."""

    __slots__ = ("_account", "_api", "_deployment_id", "_document", "_refused", "_scope", "_stage", "_variables")

    def __init__(
        self,
        document: ApiDocument,
        stage: StageDocument,
        deployment_id: str | None,
        scope: Scope,
        account: AccountThrottle,
    ) -> None:
        self._account = account
        self._document = document
        self._api: Mapping[str, Any] = document["restApi"]
        self._stage = stage
        self._deployment_id = deployment_id
        self._scope = scope
        self._variables: Mapping[str, str] = stage.get("variables") or {}
        self._refused = refuse_api(self._api) or refuse_stage(stage)

    def resource(self, shape: Mapping[str, Any]) -> tuple[Resource, dict[str, Method]]:
        """A resource with its methods."""
        resource = Resource(shape["id"], shape["path"])
        head = fixed_head(
            resource,
            account=self._scope.account,
            stage=self._stage["stageName"],
            deployment_id=self._deployment_id,
            api_id=self._api["id"],
            variables=self._variables,
            binary_media_types=tuple(self._api.get("binaryMediaTypes") or ()),
        )
        shapes = (shape.get("resourceMethods") or {}).items()
        return resource, {verb: self._method(resource, verb, method, head) for verb, method in shapes}

    def _method(self, resource: Resource, verb: str, method: Any, head: bytes) -> Method:
        """A method; one that cannot be read stands beside the others, and answers 500."""
        name = f"{resource.path.rstrip('/')}/{verb}"
        source_arn = self._source_arn(verb, resource)
        try:
            integration, validator = self._integration(method)
            return Method(
                verb,
                integration,
                source_arn,
                head,
                self._authorization(method),
                validator,
                cache=self._cache(resource, verb, method),
                logging=compile_execution_logging(settings_of(self._stage, resource.path, verb)),
                name=name,
                metered=bool(settings_of(self._stage, resource.path, verb).get("metricsEnabled")),
                api_key_required=bool(method.get("apiKeyRequired")),
                buckets=self._buckets(resource, verb, name),
            )
        except (*DAMAGED, InvalidKeyParameter) as damage:
            unreadable = Misconfiguration(f"The stored method cannot be read: {damage!r}")
            return Method(verb, unreadable, source_arn, head, self._authorization(method), name=name)

    def _authorization(self, method: Any) -> Authorization | None:
        """Read by itself, so that a method that cannot run is still closed to whom it is closed."""
        try:
            authorizers = self._document.get("authorizers") or {}
            return compile_authorization(method, authorizers, self._scope, self._api["id"], self._variables)
        except DAMAGED as damage:
            return InvalidAuthorization(f"The stored method cannot be read: {damage!r}")

    def _cache(self, resource: Resource, verb: str, method: Any) -> CachePlan | None:
        namespace = cache_namespace(self._scope, self._api["id"], self._stage.get(CACHE_OF) or self._stage["stageName"])
        integration = method.get("methodIntegration") or {}
        return compile_cache(self._stage, namespace, (resource.id, resource.path), verb, integration)

    def _buckets(self, resource: Resource, verb: str, name: str) -> tuple[Bucket, ...]:
        settings = settings_of(self._stage, resource.path, verb)
        own = method_bucket(self._scope, self._api["id"], self._stage["stageName"], name, settings, self._account)
        account = account_bucket(self._scope, self._account)
        return (account,) if own is None else (own, account)

    def _source_arn(self, verb: str, resource: Resource) -> str:
        shown = "*" if verb == "ANY" else verb
        return execute_api_arn(self._scope, self._api["id"], self._stage["stageName"], shown, resource.path)

    def _integration(self, method: Any) -> tuple[Integration, RequestValidator | None]:
        try:
            if method.get("methodIntegration") is None:
                return Misconfiguration("No integration defined for method"), None
            if self._refused is not None:
                return Misconfiguration(self._refused), None
            return compile_integration(method, self._scope, self._variables), self._validator(method)
        except InvalidModel as invalid:
            return Misconfiguration(str(invalid)), None

    def _validator(self, method: Any) -> RequestValidator | None:
        validators, models = self._document.get("requestValidators") or {}, self._document.get("models") or {}
        return compile_validator(method, validators, models, self._api["id"])


def _access_log(stage: StageDocument) -> AccessLog | None:
    """One that cannot be read logs nothing: the control plane takes none such."""
    try:
        return compile_access_log(stage.get("accessLogSettings"))
    except InvalidArn:
        return None


def _gateway_responses(shapes: Mapping[str, Mapping[str, Any]]) -> dict[str, GatewayResponse]:
    """The customised ones; one that cannot be read leaves the built-in answer."""
    customs = {}
    for name, shape in shapes.items():
        try:
            customs[name] = _gateway_response(shape)
        except DAMAGED:
            continue
    return customs


def _gateway_response(shape: Mapping[str, Any]) -> GatewayResponse:
    parameters = []
    for target, source in (shape.get("responseParameters") or {}).items():
        try:
            parameters.append((target.removeprefix(_HEADER_TARGET), parse_expression(source)))
        except InvalidExpression:
            continue  # a value that cannot be computed: the header is left out, the answer itself must go out
    templates = {
        media_type: parse_template(text) for media_type, text in (shape.get("responseTemplates") or {}).items()
    }
    status = int(shape.get("statusCode") or 0)
    # A status of 1xx is accepted by AWS's pattern, but it cannot be the answer to a request (RFC 9110 section 15.2).
    return GatewayResponse(status if 200 <= status <= 599 else None, tuple(parameters), templates)
