"""TLS for the listeners: one certificate and key, taken up again when their files change."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import TypeAlias

log = logging.getLogger("gatelet.http")

_Stamp: TypeAlias = tuple[tuple[int, int, int], ...]


class TlsContext:
    """``context`` is for the listener; each handshake uses the pair that was loaded last. TLS 1.2 and newer.

    The constructor raises OSError (ssl.SSLError is one) for a missing or bad pair.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate = certificate
        self._key = key
        self._stamp = self._look()
        self._current = self.context = self._load()
        self.context.sni_callback = self._choose

    def refresh(self) -> bool:
        """Load the pair again if a file changed; true if a new pair is in use.

        A bad pair (or one half replaced, the other not yet) leaves the old one in use and is logged once.
        """
        stamp: _Stamp = ()
        try:
            stamp = self._look()
            if stamp == self._stamp:
                return False
            self._current = self._load()
        except (OSError, ValueError) as error:
            if stamp != self._stamp:
                log.error(  # noqa: TRY400 - the reason is enough
                    "TLS certificate %s not loaded, the old one stays: %s", self._certificate, error
                )
            self._stamp = stamp
            return False
        self._stamp = stamp
        log.info("TLS certificate %s loaded", self._certificate)
        return True

    def _look(self) -> _Stamp:
        states = [path.stat() for path in (self._certificate, self._key)]
        return tuple((state.st_mtime_ns, state.st_ino, state.st_size) for state in states)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        context.set_alpn_protocols(["http/1.1"])
        # An encrypted key would make OpenSSL ask at the terminal: an empty password makes it an error instead.
        context.load_cert_chain(self._certificate, self._key, password="")
        return context

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        if self._current is not self.context:
            connection.context = self._current
