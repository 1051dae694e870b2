"""Deployments, stage settings, and who sees what (control plane 6.1, data plane sections 1, 2 and 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.gateway.world import ECHO, Api, make_api, uri
from tests.walk import Answer, create_function, integration_uri

FUNCTIONS = "arn:aws:lambda:us-east-1:000000000000:function:"


@pytest.fixture
def own(gatelet: Any, echo: str) -> Iterator[Api]:
    """An API of one test."""
    made = make_api(gatelet, "own", {"GET /echo": uri(echo)}, ["gateway-echo"])
    made.deploy()
    yield made
    gatelet.client("lambda").remove_permission(FunctionName="gateway-echo", StatementId=f"api-{made.id}")


def forbidden(answer: Answer) -> bool:
    return (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')


def missing(answer: Answer) -> bool:
    return (answer.status, answer.body) == (403, b'{"message":"Missing Authentication Token"}')


def patch_stage(api: Api, *operations: tuple[str, str, str | None]) -> None:
    api.client.update_stage(
        restApiId=api.id,
        stageName="prod",
        patchOperations=[
            {"op": op, "path": path, **({} if value is None else {"value": value})} for op, path, value in operations
        ],
    )


def test_an_edit_waits_for_a_deployment(own: Api, echo: str) -> None:
    own.add("GET /new", uri(echo))
    assert missing(own.send("GET", "/new"))
    own.deploy("other")
    assert missing(own.send("GET", "/new"))
    assert own.send("GET", "/new", stage="other").status == 200
    own.deploy()
    assert own.send("GET", "/new").status == 200


def test_an_api_setting_waits_for_a_deployment(own: Api) -> None:
    own.add("POST /body", uri(FUNCTIONS + "gateway-echo"))
    own.deploy()
    own.client.update_rest_api(
        restApiId=own.id, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    png = [("Content-Type", "image/png")]
    assert own.event("POST", "/body", png, b"x")["isBase64Encoded"] is False
    own.deploy()
    assert own.event("POST", "/body", png, b"x")["isBase64Encoded"] is True


def test_a_stage_goes_back_to_an_earlier_deployment(own: Api, echo: str) -> None:
    first = own.client.get_stage(restApiId=own.id, stageName="prod")["deploymentId"]
    own.add("GET /new", uri(echo))
    second = own.deploy()
    assert own.event("GET", "/new")["requestContext"]["deploymentId"] == second
    patch_stage(own, ("replace", "/deploymentId", first))
    assert missing(own.send("GET", "/new"))
    assert own.event("GET", "/echo")["requestContext"]["deploymentId"] == first


def test_stage_variables_apply_at_once(own: Api) -> None:
    assert own.event("GET", "/echo")["stageVariables"] is None
    patch_stage(own, ("replace", "/variables/table", "t1"), ("replace", "/variables/limit", "10"))
    assert own.event("GET", "/echo")["stageVariables"] == {"table": "t1", "limit": "10"}
    patch_stage(own, ("replace", "/variables/table", "t2"), ("remove", "/variables/limit", None))
    assert own.event("GET", "/echo")["stageVariables"] == {"table": "t2"}
    patch_stage(own, ("remove", "/variables/table", None))
    assert own.event("GET", "/echo")["stageVariables"] is None


@pytest.mark.parametrize(
    ("written", "variables"),
    [
        (integration_uri(FUNCTIONS + "${stageVariables.function}"), {"function": "gateway-echo"}),
        (integration_uri(FUNCTIONS + "gateway-${stageVariables.tail}"), {"tail": "echo"}),
        (integration_uri(FUNCTIONS + "${stageVariables.a}-${stageVariables.b}"), {"a": "gateway", "b": "echo"}),
    ],
)
def test_stage_variables_in_a_uri(own: Api, written: str, variables: dict[str, str]) -> None:
    """Unresolved, they are a configuration error (section 9.2)."""
    own.add("GET /variable", {"uri": written})
    own.deploy()
    answer = own.send("GET", "/variable")
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')
    patch_stage(own, *(("replace", f"/variables/{name}", value) for name, value in variables.items()))
    assert own.event("GET", "/variable")["function"] == "gateway-echo"
    name = next(iter(variables))
    patch_stage(own, ("replace", f"/variables/{name}", "gone"))
    assert own.send("GET", "/variable").status == 500


@pytest.mark.parametrize("qualifier", ["", ":$LATEST"])
def test_the_function_sees_how_it_was_named(own: Api, echo: str, qualifier: str) -> None:
    """lambda-execution 5: the invoked ARN is as qualified as the integration's URI."""
    own.add("GET /named", uri(echo + qualifier))
    own.deploy()
    assert own.event("GET", "/named")["invokedArn"] == echo + qualifier


def test_each_stage_has_its_variables(own: Api, gatelet: Any, closed: str) -> None:
    own.add("GET /variable", {"uri": integration_uri(FUNCTIONS + "${stageVariables.function}")})
    own.deploy("one", variables={"function": "gateway-echo"})
    own.deploy("two", variables={"function": "gateway-closed"})
    assert own.send("GET", "/variable", stage="one").json()["requestContext"]["stage"] == "one"
    assert own.send("GET", "/variable", stage="two").status == 500  # no permission


def test_a_disabled_endpoint(own: Api) -> None:
    """Section 1: 403 Forbidden, from the next deployment or stage update on."""
    own.client.update_rest_api(
        restApiId=own.id, patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}]
    )
    own.deploy()
    assert forbidden(own.send("GET", "/echo"))
    assert forbidden(own.send("GET", "/unknown"))
    own.client.update_rest_api(
        restApiId=own.id, patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "false"}]
    )
    patch_stage(own, ("replace", "/description", "opened again"))
    assert own.send("GET", "/echo").status == 200


def test_a_deleted_stage_is_gone(own: Api) -> None:
    own.deploy("other")
    own.client.delete_stage(restApiId=own.id, stageName="prod")
    assert forbidden(own.send("GET", "/echo"))
    assert own.send("GET", "/echo", stage="other").status == 200
    own.deploy()
    assert own.send("GET", "/echo").status == 200


def test_a_deleted_api_is_gone(own: Api) -> None:
    own.deploy("other")
    own.client.delete_rest_api(restApiId=own.id)
    assert forbidden(own.send("GET", "/echo"))
    assert forbidden(own.send("GET", "/echo", stage="other"))


def test_a_function_s_life_under_a_method(own: Api, gatelet: Any) -> None:
    """500 while there is none or no permission; a new one of the same name serves without a deployment."""
    own.add("GET /late", uri(FUNCTIONS + "gateway-late"))
    own.deploy()
    assert own.send("GET", "/late").status == 500
    create_function(gatelet, "gateway-late", ECHO)
    assert own.send("GET", "/late").status == 500
    own.permit("gateway-late")
    assert own.event("GET", "/late")["function"] == "gateway-late"
    gatelet.client("lambda").remove_permission(FunctionName="gateway-late", StatementId=f"api-{own.id}")
    assert own.send("GET", "/late").status == 500
    own.permit("gateway-late")
    gatelet.client("lambda").delete_function(FunctionName="gateway-late")
    assert own.send("GET", "/late").status == 500


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("{api}/*/GET/perm", 200),
        ("{api}/prod/GET/perm", 200),
        ("{api}/prod/*/*", 200),
        ("{api}/*", 200),
        ("*", 200),
        ("{api}/prod/POST/perm", 500),
        ("{api}/other/GET/perm", 500),
        ("{api}/*/GET/echo", 500),
        ("0123456789/*", 500),
    ],
)
def test_the_source_of_a_permission(permitted: Api, source: str, status: int) -> None:
    """Section 6: ``arn:aws:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{path}``."""
    client = permitted.gatelet.client("lambda")
    client.add_permission(
        FunctionName="gateway-closed",
        StatementId="tried",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn="arn:aws:execute-api:us-east-1:000000000000:" + source.format(api=permitted.id),
    )
    try:
        assert permitted.send("GET", "/perm").status == status
    finally:
        client.remove_permission(FunctionName="gateway-closed", StatementId="tried")


@pytest.fixture(scope="module")
def permitted(gatelet: Any, closed: str) -> Api:
    """An API before a function that lets nobody in."""
    made = make_api(gatelet, "permitted", {"GET /perm": uri(closed)}, [])
    made.deploy()
    return made


@pytest.mark.parametrize(
    ("region", "account"),
    [("eu-west-1", "000000000000"), ("us-east-1", "121212121212")],
)
def test_regions_and_accounts_are_apart(api: Api, gatelet: Any, region: str, account: str) -> None:
    """The same names elsewhere are other things, and one side sees nothing of the other."""
    functions = gatelet.client("lambda", region, account)
    with pytest.raises(ClientError) as caught:
        functions.get_function(FunctionName="gateway-echo")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    theirs = _there(gatelet, region, account)
    context = theirs.event("GET", "/echo")["requestContext"]
    assert (context["accountId"], context["apiId"]) == (account, theirs.id)
    assert context["domainName"] == f"{theirs.id}.execute-api.{region}.amazonaws.com"
    event = theirs.event("GET", "/echo")
    assert event["invokedArn"] == f"arn:aws:lambda:{region}:{account}:function:gateway-echo"
    ids = {item["id"] for item in theirs.client.get_rest_apis(limit=500)["items"]}
    assert theirs.id in ids
    assert api.id not in ids
    with pytest.raises(ClientError) as caught:
        theirs.client.get_rest_api(restApiId=api.id)
    assert caught.value.response["Error"]["Code"] == "NotFoundException"
    with pytest.raises(ClientError):
        theirs.client.delete_rest_api(restApiId=api.id)
    assert api.event("GET", "/echo")["invokedArn"] == FUNCTIONS + "gateway-echo"


def _there(gatelet: Any, region: str, account: str) -> Api:
    """A function of the same name as here, and an API before it."""
    client = gatelet.client("lambda", region, account)
    there = _In(gatelet, region, account)
    arn = create_function(there, "gateway-echo", ECHO)
    assert client.get_function(FunctionName="gateway-echo")["Configuration"]["FunctionArn"] == arn
    made = make_api(
        gatelet, "gateway", {"GET /echo": uri(arn, region)}, ["gateway-echo"], region=region, account=account
    )
    made.deploy()
    return made


class _In:
    """Gatelet as another account or region sees it."""

    def __init__(self, gatelet: Any, region: str, account: str) -> None:
        self._gatelet, self._region, self._account = gatelet, region, account

    def client(self, service: str) -> Any:
        """A client there."""
        return self._gatelet.client(service, self._region, self._account)


def test_another_account_s_function_needs_its_permission(gatelet: Any, closed: str) -> None:
    """Functions may be invoked across accounts, if their policy lets the API in."""
    made = make_api(gatelet, "across", {"GET /echo": uri(closed)}, [], account="343434343434")
    made.deploy()
    assert made.send("GET", "/echo").status == 500
    client = gatelet.client("lambda")
    client.add_permission(
        FunctionName="gateway-closed",
        StatementId="across",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:343434343434:{made.id}/*/GET/echo",
    )
    event = made.event("GET", "/echo")
    client.remove_permission(FunctionName="gateway-closed", StatementId="across")
    assert event["requestContext"]["accountId"] == "343434343434"
    assert event["invokedArn"] == closed


def test_two_apis_of_one_name(gatelet: Any, echo: str, own: Api) -> None:
    other = make_api(gatelet, "own", {"GET /other": uri(echo)}, ["gateway-echo"])
    other.deploy()
    assert other.id != own.id
    assert other.send("GET", "/other").status == 200
    assert missing(other.send("GET", "/echo"))
    assert missing(own.send("GET", "/other"))
