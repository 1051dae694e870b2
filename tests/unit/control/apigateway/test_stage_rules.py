"""The parts of a stage that are ready before what they configure is. control plane 6.2."""

from __future__ import annotations

from tests.unit.control.apigateway.test_stages import SETTINGS

from gatelet.control.apigateway.method_settings import change_setting
from gatelet.control.apigateway.stage_patches import apply_patch


class TestRules:
    """The parts that are ready before what they configure is."""

    def stage(self):
        return {"deploymentId": "q1w2e3", "methodSettings": {}}

    def test_a_new_entry_starts_as_the_wildcard_is_then(self):
        """control plane 6.2: later changes of */* do not touch existing entries."""
        settings = {}
        change_setting(settings, "*/*", "caching/enabled", "true")
        change_setting(settings, "test/GET", "throttling/burstLimit", "7")
        change_setting(settings, "*/*", "caching/enabled", "false")
        assert settings["test/GET"] == {**SETTINGS, "cachingEnabled": True, "throttlingBurstLimit": 7}
        assert settings["*/*"]["cachingEnabled"] is False

    def test_a_canary_begins_with_its_defaults(self):
        """control plane 6.2: percent 0.0, useStageCache false, the stage's deployment."""
        stage = self.stage()
        apply_patch(stage, [{"op": "replace", "path": "/canarySettings/useStageCache", "value": "no"}])
        assert stage["canarySettings"] == {
            "percentTraffic": 0.0,
            "deploymentId": "q1w2e3",
            "useStageCache": False,
        }

    def test_a_canary_is_promoted(self):
        """control plane 6.2: copy the deployment, merge the variables."""
        stage = self.stage() | {"variables": {"color": "red", "size": "s"}}
        apply_patch(
            stage,
            [
                {"op": "replace", "path": "/canarySettings/deploymentId", "value": "new123"},
                {"op": "replace", "path": "/canarySettings/stageVariableOverrides/color", "value": "blue"},
                {"op": "replace", "path": "/canarySettings/stageVariableOverrides/gone", "value": "x"},
                {"op": "remove", "path": "/canarySettings/stageVariableOverrides/gone"},
                {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"},
                {"op": "copy", "path": "/variables", "from": "/canarySettings/stageVariableOverrides"},
                {"op": "remove", "path": "/canarySettings"},
            ],
        )
        assert stage == {
            "deploymentId": "new123",
            "methodSettings": {},
            "variables": {"color": "blue", "size": "s"},
        }

    def test_access_logs_are_set_and_cleared(self):
        stage = self.stage()
        apply_patch(stage, [{"op": "add", "path": "/accessLogSettings/format", "value": "$context.requestId"}])
        assert stage["accessLogSettings"] == {"format": "$context.requestId"}
        apply_patch(stage, [{"op": "remove", "path": "/accessLogSettings"}])
        assert stage == self.stage()
