"""New connections: names resolved, addresses checked, and exactly the checked address connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path

from gatelet.http.client.connection import Connection
from gatelet.http.client.errors import AddressRefused, ConnectFailed
from gatelet.http.client.guard import AddressGuard
from gatelet.http.client.target import Origin

_RESOLVERS = 8
"""Threads for name resolution, of its own: a name server that hangs holds up no other work of the process."""
_ADDRESSES = 8
"""So many addresses of one name are tried."""

Resolve = Callable[[str, int], list[str]]
"""The numeric addresses of a name, for a port. Blocks; raises OSError."""


def resolve(host: str, port: int) -> list[str]:
    """As the system does it (/etc/hosts, DNS), IPv4 written in octal, hex or as one number included."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _family, _kind, _protocol, _name, address in found]


class Connector:
    """Opens connections that the guard lets pass; ``ca_file`` adds certificates to those that the system trusts."""

    def __init__(self, guard: AddressGuard, ca_file: Path | None, resolve: Resolve) -> None:
        self._guard = guard
        self._ca_file = ca_file
        self._resolve = resolve
        self._threads = ThreadPoolExecutor(_RESOLVERS, "resolve")
        self._tls: dict[bool, ssl.SSLContext] = {}

    def close(self) -> None:
        """Resolve nothing any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def connect(self, make: Callable[[], Connection], origin: Origin, timeout: float) -> Connection:
        """An open connection. Raises AddressRefused, ConnectFailed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._addresses(origin)
                tls = await self._context(verified=origin.verified) if origin.scheme == "https" else None
        except TimeoutError:
            raise ConnectFailed(f"{origin.host} was not resolved in time") from None
        except OSError as error:
            raise ConnectFailed(f"the certificates to trust cannot be read: {error}") from error
        failure = ConnectFailed(f"{origin.host} has no address")
        for tried, address in enumerate(addresses):
            share = (deadline - loop.time()) / (len(addresses) - tried)
            try:
                async with asyncio.timeout(share):
                    return await self._open(make, origin, address, tls)
            except TimeoutError:
                failure = ConnectFailed(f"no connection to {origin.authority} in time")
            except (OSError, ssl.CertificateError) as error:
                failure = ConnectFailed(f"no connection to {origin.authority}: {error.strerror or error}")
        raise failure

    async def _addresses(self, origin: Origin) -> list[str]:
        """The open addresses of the host. Raises AddressRefused when it has closed ones only."""
        numeric = _numeric(origin.host)
        found = [numeric] if numeric is not None else await self._look_up(origin)
        objections = {address: self._guard.objection(address) for address in dict.fromkeys(found)}
        openly = [address for address, objection in objections.items() if objection is None]
        if not openly and objections:
            raise AddressRefused(str(next(iter(objections.values()))))
        return openly[:_ADDRESSES]

    async def _look_up(self, origin: Origin) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._resolve, origin.host, origin.port)
        except (OSError, UnicodeError) as error:
            raise ConnectFailed(f"the name {origin.host} cannot be resolved: {error}") from error

    async def _open(
        self, make: Callable[[], Connection], origin: Origin, address: str, tls: ssl.SSLContext | None
    ) -> Connection:
        # A numeric address is never resolved again.
        transport, connection = await asyncio.get_running_loop().create_connection(
            make, address, origin.port, ssl=tls, server_hostname=origin.host if tls else None
        )
        peer = transport.get_extra_info("peername")
        objection = self._guard.objection(peer[0]) if peer else "the connection has no peer"
        if objection is not None:
            transport.abort()
            raise AddressRefused(objection)
        return connection

    async def _context(self, *, verified: bool) -> ssl.SSLContext:
        if verified not in self._tls:  # reading the system's certificates takes tens of milliseconds
            self._tls[verified] = await asyncio.to_thread(_tls_context, self._ca_file, verified=verified)
        return self._tls[verified]


def _numeric(host: str) -> str | None:
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _tls_context(ca_file: Path | None, *, verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if not verified:  # an API's owner asked for it: tlsConfig.insecureSkipVerification
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context
