"""An external extension as a layer, and a Gatelet whose functions all have it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.conftest import RunningGatelet
from tests.unit.functions.bootstraps import HEAD, TALK

REGISTER = (
    HEAD
    + TALK
    + """
API = "/2020-01-01/extension"
me = os.path.basename(sys.argv[0])
status, headers, body = ask("POST", API + "/register", b'{"events": ["INVOKE", "SHUTDOWN"]}',
                            {"Lambda-Extension-Name": me})
mine = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
def next_event():
    return json.loads(ask("GET", API + "/event/next", None, mine)[2])
"""
)
"""What an extension begins with."""

QUIET = REGISTER + "while next_event()['eventType'] != 'SHUTDOWN':\n    pass\n"


def publish(client: Any, name: str, source: str) -> str:
    """Publish a layer that brings the extension; the version's ARN."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        entry = zipfile.ZipInfo(f"extensions/{name}")
        entry.external_attr = 0o755 << 16
        bundle.writestr(entry, source)
    arn: str = client.publish_layer_version(LayerName=name, Content={"ZipFile": buffer.getvalue()})["LayerVersionArn"]
    return arn


class BesideExtension:
    """As the Gatelet that it is told, but the functions that its clients create get the layer."""

    def __init__(self, gatelet: RunningGatelet) -> None:
        self._gatelet = gatelet
        self._layer = publish(gatelet.client("lambda"), "quiet", QUIET)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gatelet, name)

    def client(self, service: str, **where: str) -> Any:
        """See RunningGatelet."""
        client = self._gatelet.client(service, **where)
        if service == "lambda":
            client.meta.events.register("provide-client-params.lambda.CreateFunction", self._attach)
        return client

    def _attach(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"Layers": [self._layer], **params}
