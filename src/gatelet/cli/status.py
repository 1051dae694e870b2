"""``gatelet status``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gatelet.cli.client import Client
from gatelet.cli.endpoint import client_for, region_for
from gatelet.server.config import Config

_SHOWN_VERSIONS = 8


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Tell what a running Gatelet is and holds; exit code 3 when none answers."""
    client = client_for(arguments, config)
    region = region_for(arguments, config)
    health = client.health()
    functions = client.functions_in_full()
    apis = client.rest_apis()
    if arguments.json:
        print(json.dumps({"endpoint": client.endpoint, "health": health, "functions": functions, "restApis": apis}))
        return 0
    print(f"Gatelet {health['gatelet']} on {client.endpoint}: {health['status']}, mode {health['mode']}")
    print(f"  state         {health['data_dir']}")
    print(f"  environments  {health['environments']}")
    for name, state in health.get("sandbox", {}).items():
        print(f"  sandbox       {name}: {state}")
    print(f"functions in {region}: {len(functions)}")
    for function in functions:
        _print_function(function)
    print(f"REST APIs in {region}: {len(apis)}")
    for api in apis:
        _print_api(client, api)
    return 0


def _print_function(function: dict[str, Any]) -> None:
    print(f"  {function['FunctionName']}  {function.get('Runtime', '')}  {function['LastModified']}")
    if function["versions"]:
        print(f"    versions  {_some([version['Version'] for version in function['versions']])}")
    for alias in function["aliases"]:
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        others = "".join(f", {weight:.0%} {version}" for version, weight in weights.items())
        print(f"    alias     {alias['Name']}: {alias['FunctionVersion']}{others}")
    for url in function["urls"]:
        qualifier = url["FunctionArn"].partition(f":function:{function['FunctionName']}")[2].removeprefix(":")
        print(f"    URL       {url['FunctionUrl']}  {url['AuthType']}{qualifier and f'  {qualifier}'}")


def _some(versions: list[str]) -> str:
    """The first and the newest of many."""
    if len(versions) <= _SHOWN_VERSIONS:
        return " ".join(versions)
    return f"{versions[0]} ... {versions[-1]} ({len(versions)})"


def _print_api(client: Client, api: dict[str, Any]) -> None:
    print(f"  {api['id']}  {api['name']}")
    for stage in api["stages"]:
        print(f"    {client.endpoint}/_aws/execute-api/{api['id']}/{stage['stageName']}")
