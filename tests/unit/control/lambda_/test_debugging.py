"""Who may have a function wait for a debugger, and where (``X-Gatelet-Debug``)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.control.lambda_.conftest import LambdaPlane
from tests.unit.identity.world import identity_over

from gatelet.aws.errors import AwsError
from gatelet.control.lambda_.debugging import debug_port
from gatelet.control.registry import Registry
from gatelet.identity.credentials import Credentials


def test_without_the_header_nothing_waits(plane: LambdaPlane) -> None:
    assert debug_port(plane.call(), "RequestResponse") == 0


@pytest.mark.parametrize("kind", ["RequestResponse", "DryRun"])
def test_the_development_mode_debugs(plane: LambdaPlane, kind: str) -> None:
    assert debug_port(plane.call(headers={"x-gatelet-debug": "5678"}), kind) == 5678


@pytest.mark.parametrize("port", ["", "80", "65536", "-5678", "5678 ", "\u0665\u0666\u0667\u0668", "9" * 5000])
def test_a_port_is_a_number_that_functions_may_listen_on(plane: LambdaPlane, port: str) -> None:
    with pytest.raises(AwsError, match="1024 to 65535"):
        debug_port(plane.call(headers={"x-gatelet-debug": port}), "RequestResponse")


def test_nobody_debugs_what_is_not_waited_for(plane: LambdaPlane) -> None:
    with pytest.raises(AwsError, match="waited for"):
        debug_port(plane.call(headers={"x-gatelet-debug": "5678"}), "Event")


@pytest.mark.parametrize("operation", ["InvokeWithResponseStream", "InvokeAsync"])
def test_operations_that_wait_for_no_debugger_say_so(plane: LambdaPlane, operation: str) -> None:
    plane.create_active()
    function = Registry().find("lambda", operation)
    assert function is not None
    with pytest.raises(AwsError, match=f"X-Gatelet-Debug on {operation}") as refused:
        plane.run(function(plane.call(headers={"x-gatelet-debug": "5678"}), {"FunctionName": "f"}))
    assert refused.value.status == 501


def test_the_secure_mode_refuses(plane: LambdaPlane) -> None:
    call = plane.call(headers={"x-gatelet-debug": "5678"})
    secure = identity_over(plane.records, plane.clock, plane.ports.ids, Credentials("AKIAROOT", "secret", None))
    call = replace(call, ports=replace(call.ports, identity=secure))
    with pytest.raises(AwsError) as refused:
        debug_port(call, "RequestResponse")
    assert (refused.value.status, refused.value.code) == (403, "AccessDeniedException")
