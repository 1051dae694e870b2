"""``gatelet credentials``: a profile for AWS clients, with the keys, the endpoint and the region.

The files are AWS's own (``~/.aws/credentials`` and ``~/.aws/config``, or where AWS_SHARED_CREDENTIALS_FILE and
AWS_CONFIG_FILE say); other profiles in them stay as they are.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from pathlib import Path

from gatelet.cli.endpoint import client_for
from gatelet.cli.failure import CommandFailed
from gatelet.cli.iam_client import IamClient
from gatelet.server.config import Config

_SECTION = re.compile(r"\s*\[(?P<name>[^\]]*)\]")
_NAME = re.compile(r"[\w.@+-]+")


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Write the profile: of the keys in the environment, or of a new key of a user."""
    if not _NAME.fullmatch(arguments.profile):
        raise CommandFailed(f"{arguments.profile!r} is no name for a profile.")
    client = client_for(arguments, config)
    environment = client.environment()
    caller = IamClient(client).caller()
    keys = {
        "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
    }
    if "AWS_SESSION_TOKEN" in environment:
        keys["aws_session_token"] = environment["AWS_SESSION_TOKEN"]
    if arguments.user:
        key_id, secret = IamClient(client).create_access_key(arguments.user)
        keys = {"aws_access_key_id": key_id, "aws_secret_access_key": secret}
        caller = f"{arguments.user} (a new key)"
    settings = {"region": environment["AWS_REGION"], "endpoint_url": client.endpoint}
    if client.endpoint.startswith("https:") and "AWS_CA_BUNDLE" in environment:
        settings["ca_bundle"] = environment["AWS_CA_BUNDLE"]
    write_profile(arguments.profile, keys, settings, os.environ)
    print(f"profile {arguments.profile}: {caller} at {client.endpoint}")
    print(f"  aws --profile {arguments.profile} sts get-caller-identity")
    return 0


def write_profile(
    profile: str, keys: Mapping[str, str], settings: Mapping[str, str], environment: Mapping[str, str]
) -> None:
    """Put the profile into both files, which nobody else can read."""
    home = Path("~/.aws").expanduser()
    credentials = Path(environment.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials").expanduser()
    config = Path(environment.get("AWS_CONFIG_FILE") or home / "config").expanduser()
    _put(credentials, profile, keys)
    _put(config, profile if profile == "default" else f"profile {profile}", settings)


def _put(path: Path, section: str, values: Mapping[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = path.read_text("utf-8") if path.exists() else ""
    fresh = path.with_name(f"{path.name}.gatelet")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(with_section(held, section, values))
    fresh.replace(path)


def with_section(text: str, section: str, values: Mapping[str, str]) -> str:
    """The text of a file with one section in the place of the one of that name, or at the end."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        found = _SECTION.match(line)
        if found is not None:
            inside = " ".join(found["name"].split()) == section
        if not inside:
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    block = [f"[{section}]", *(f"{name} = {value}" for name, value in values.items())]
    return "\n".join([*kept, *([""] if kept else []), *block, ""])
