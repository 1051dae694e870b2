"""Configuration: flags over environment over file, described by one table (SETTINGS)."""

from __future__ import annotations

import ipaddress
import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatelet.functions.sandbox.layers import Wanted
from gatelet.http.client.errors import InvalidTarget
from gatelet.http.client.target import split_url
from gatelet.server.errors import InvalidConfiguration


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings. Environment variable: ``GATELET_`` and the name in upper case."""

    name: str
    kind: str
    default: str
    meaning: str

    @property
    def variable(self) -> str:
        return f"GATELET_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "text", "127.0.0.1", "address of the edge port; any other than loopback needs `mode = secure`"),
    Setting("port", "number", "4566", "edge port: AWS APIs, invoke URLs, /health; 0 takes a free one"),
    Setting("invoke_host", "text", "127.0.0.1", "address of the invoke port"),
    Setting("invoke_port", "number", "", "invoke port: the data plane alone, to expose to the world; unset: none"),
    Setting("mode", "dev|secure", "dev", "`secure` verifies every signature; `dev` takes any key as root, on loopback"),
    Setting("data_dir", "path", "~/.gatelet", "where the state lies"),
    Setting("runtime_dir", "path", "{prefix}/gatelet-runtime", "what functions find beside their code (boto3)"),
    Setting("node", "path", "", "the Node.js that runs `nodejs*` functions; unset: the one on the PATH"),
    Setting("region", "text", "us-east-1", "the region that `gatelet` itself talks to and prints"),
    Setting("tls_certificate", "path", "", "PEM certificate chain: both ports then speak TLS; reloaded on change"),
    Setting("tls_key", "path", "", "PEM key of the certificate"),
    Setting("trusted_proxies", "list", "", "networks (CIDR) whose X-Forwarded-For is believed"),
    Setting(
        "http_allowed_networks",
        "list",
        "",
        "networks (CIDR) that HTTP integrations may reach though they are private, link-local or the like",
    ),
    Setting("http_ca_file", "path", "", "PEM certificates that HTTP integrations trust beside the system's"),
    Setting(
        "service_endpoints",
        "list",
        "",
        "where integrations of type AWS call services that Gatelet does not serve: `sqs=http://127.0.0.1:9324`",
    ),
    Setting("dynamodb_endpoint", "text", "", "the store that serves DynamoDB's calls in place of Gatelet's own tables"),
    Setting("hosts", "list", "", "further names that the edge port answers to (Host header)"),
    Setting("idle_seconds", "number", "600", "an idle execution environment is removed after this"),
    Setting("max_environments", "number", "64", "execution environments on this host, over all functions"),
    Setting(
        "sandbox",
        "list",
        "auto",
        "sandbox layers that must be there (limits, users, landlock, namespaces, seccomp, "
        "cgroups), `-layer` for one not to use; `any` lets the secure mode start without",
    ),
    Setting("shared_directories", "list", "", "directories of the host that every function may read and write"),
    Setting("templates", "number", "16", "functions whose imported code is kept for fast cold starts; 0: none"),
    Setting("log_budget_mb", "number", "1024", "log events on disk; the oldest go first"),
    Setting(
        "counters_url",
        "text",
        "",
        "a Valkey or Redis server that processes share: throttles, quotas, caches, functions' concurrency",
    ),
    Setting("access_log", "text", "", "a file for the access logs of all stages, beside their groups; `-`: stdout"),
    Setting("account_rate", "number", "10000", "requests a second that an account may make in a region"),
    Setting("account_burst", "number", "5000", "requests that an account may make at once in a region"),
    Setting("cache_mb", "number", "256", "memory for the response caches of all stages, whatever sizes they name"),
    Setting("throttles_fail_open", "yes|no", "yes", "requests pass unthrottled while that server does not answer"),
    Setting("quotas_fail_open", "yes|no", "no", "requests pass uncounted while that server does not answer"),
    Setting(
        "explain_requests",
        "number",
        "500",
        "how many refused requests `gatelet explain` knows, a tenth as many others; 0: none",
    ),
    Setting(
        "otel_endpoint",
        "text",
        "",
        "an OpenTelemetry collector (OTLP over HTTP: `http://127.0.0.1:4318`) that spans are sent to; extra `otel`",
    ),
    Setting("drain_seconds", "number", "30", "how long a stop waits for requests that run"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of one process."""

    host: str = "127.0.0.1"
    port: int = 4566
    invoke_host: str = "127.0.0.1"
    invoke_port: int | None = None
    mode: str = "dev"
    data_dir: Path = field(default_factory=lambda: Path("~/.gatelet").expanduser())
    runtime_dir: Path = field(default_factory=lambda: Path(sys.prefix) / "gatelet-runtime")
    node: Path | None = None
    region: str = "us-east-1"
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    http_allowed_networks: tuple[str, ...] = ()
    http_ca_file: Path | None = None
    service_endpoints: tuple[str, ...] = ()
    dynamodb_endpoint: str = ""
    hosts: tuple[str, ...] = ()
    idle_seconds: int = 600
    max_environments: int = 64
    sandbox: tuple[str, ...] = ("auto",)
    shared_directories: tuple[str, ...] = ()
    templates: int = 16
    log_budget_mb: int = 1024
    counters_url: str = ""
    access_log: str = ""
    account_rate: int = 10_000
    account_burst: int = 5_000
    cache_mb: int = 256
    throttles_fail_open: bool = True
    quotas_fail_open: bool = False
    explain_requests: int = 500
    drain_seconds: int = 30
    otel_endpoint: str = ""

    @property
    def endpoint(self) -> str:
        """The base URL of the edge port, for clients on this machine."""
        return self.url(self.host, self.port)

    def url(self, host: str, port: int) -> str:
        """The base URL of a listener, for clients on this machine: one that is bound everywhere is near."""
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound here
        scheme = "https" if self.tls_certificate else "http"
        return f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"


def load(flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Config:
    """The configuration: flags (None: not given) over environment over file. Raises InvalidConfiguration."""
    path = file or Path(environment.get("GATELET_CONFIG", "gatelet.toml"))
    given: dict[str, Any] = _read_file(path, required=file is not None or "GATELET_CONFIG" in environment)
    for setting in SETTINGS:
        if (text := environment.get(setting.variable)) is not None:
            given[setting.name] = text
        if (flag := flags.get(setting.name)) is not None:
            given[setting.name] = flag
    values = {s.name: _parse(s, given[s.name]) for s in SETTINGS if given.get(s.name) not in (None, "")}
    return _checked(Config(**values))


def _read_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if required:
            raise InvalidConfiguration(f"The configuration file {path} does not exist.") from None
        return {}
    except (OSError, ValueError) as error:
        raise InvalidConfiguration(f"The configuration file {path} cannot be read: {error}") from error
    known = {setting.name for setting in SETTINGS}
    if unknown := sorted(set(content) - known):
        raise InvalidConfiguration(f"{path}: unknown setting {unknown[0]!r}. Settings are: {', '.join(sorted(known))}.")
    return content


def _parse(setting: Setting, value: Any) -> Any:
    try:
        return _PARSERS[setting.kind](value)
    except (LookupError, TypeError, ValueError) as error:
        raise InvalidConfiguration(f"{setting.name} = {value!r} is not a {setting.kind}.") from error


def _number(value: Any) -> int:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError(value)
    return int(value)


def _yes(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"yes": True, "no": False}[str(value).lower()]


def _list(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    return tuple(part.strip() for part in parts if part.strip())


_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "text": str,
    "number": _number,
    "dev|secure": str,
    "path": lambda value: Path(value).expanduser(),
    "list": _list,
    "yes|no": _yes,
}


_LEAST: Mapping[str, int] = {
    "idle_seconds": 0,
    "max_environments": 1,
    "log_budget_mb": 1,
    "cache_mb": 0,
    "account_rate": 0,
    "account_burst": 0,
    "explain_requests": 0,
    "templates": 0,
    "drain_seconds": 0,
}


def _check_addresses(config: Config) -> None:
    for name in ("trusted_proxies", "http_allowed_networks"):
        for network in getattr(config, name):
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise InvalidConfiguration(f"{name}: {network!r} is not a network: {error}") from error
    if config.http_ca_file is not None and not config.http_ca_file.is_file():
        raise InvalidConfiguration(f"http_ca_file: there is no file {config.http_ca_file}.")
    for name in ("dynamodb_endpoint", "otel_endpoint"):
        if (origin := getattr(config, name)) and not _is_origin(origin):
            raise InvalidConfiguration(f"{name}: {origin!r} is not http(s)://host[:port].")
    for entry in config.service_endpoints:
        name, _, url = entry.partition("=")
        if not name or not _is_origin(url):
            raise InvalidConfiguration(f"service_endpoints: {entry!r} is not service=http(s)://host[:port].")


def _is_origin(url: str) -> bool:
    try:
        return split_url(url)[1] == "/"
    except InvalidTarget:
        return False


def _checked(config: Config) -> Config:
    if config.mode not in {"dev", "secure"}:
        raise InvalidConfiguration(f"mode = {config.mode!r}: choose dev or secure.")
    for name, port in (("port", config.port), ("invoke_port", config.invoke_port)):
        if port is not None and not 0 <= port <= 65535:
            raise InvalidConfiguration(f"{name} = {port} is not a port (0 to 65535).")
    for name, least in _LEAST.items():
        if (number := getattr(config, name)) < least:
            raise InvalidConfiguration(f"{name} = {number}: {least} is the least.")
    for host in (config.host, config.invoke_host if config.invoke_port is not None else config.host):
        if config.mode == "dev" and not is_loopback(host):
            raise InvalidConfiguration(
                f"The development mode lets any local process act as root, so it binds to loopback only, not to "
                f"{host}. Start with --mode secure (every call is then verified), or with --host 127.0.0.1."
            )
    if (config.tls_certificate is None) != (config.tls_key is None):
        raise InvalidConfiguration("tls_certificate and tls_key belong together: give both or neither.")
    _check_addresses(config)
    try:
        Wanted.parse(config.sandbox)
    except ValueError as error:
        raise InvalidConfiguration(f"sandbox: {error}") from error
    return config


def is_loopback(host: str) -> bool:
    """Whether an address to bind to can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
