"""Which Gatelet a client command talks to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from gatelet.cli.client import Client
from gatelet.server.config import Config


def client_for(arguments: argparse.Namespace, config: Config, environment: Mapping[str, str] = os.environ) -> Client:
    """The client of ``--endpoint``, else of AWS_ENDPOINT_URL, else of the configured host and port."""
    endpoint = arguments.endpoint or environment.get("AWS_ENDPOINT_URL") or config.endpoint
    if "://" not in endpoint:
        endpoint = f"http://{endpoint}"
    return Client(endpoint.rstrip("/"), region_for(arguments, config, environment), trusting(config, environment))


def region_for(arguments: argparse.Namespace, config: Config, environment: Mapping[str, str] = os.environ) -> str:
    """``--region``, else the region that every AWS client takes from the environment, else the configured one."""
    given = arguments.region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    return given or config.region


def trusting(config: Config, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, with trust in the certificate that the configuration names (unless it says otherwise)."""
    if config.tls_certificate is None or environment.get("AWS_CA_BUNDLE"):
        return environment
    return {**environment, "AWS_CA_BUNDLE": str(config.tls_certificate.absolute())}
