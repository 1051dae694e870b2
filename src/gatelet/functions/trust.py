"""The certificates that functions trust: what their AWS client trusts anyway, and the one of Gatelet's endpoint.

``AWS_CA_BUNDLE`` stands in the place of a client's own list, so the bundle holds both. Nothing but certificates
is copied from the operator's file: it may hold the key, too, and every function can read the bundle.
"""

from __future__ import annotations

import re
from pathlib import Path

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class TrustBundle:
    """A file that follows the operator's certificate."""

    def __init__(self, certificate: Path, usual: Path, bundle: Path) -> None:
        """``usual`` is what clients trust otherwise (it may be missing), ``bundle`` the file to write."""
        self._certificate = certificate
        self._usual = usual
        self._bundle = bundle
        self._stamp: tuple[int, int, int] | None = None

    def path(self) -> Path:
        """The bundle, written anew if the certificate was renewed. Raises OSError."""
        state = self._certificate.stat()
        stamp = (state.st_mtime_ns, state.st_ino, state.st_size)
        if stamp != self._stamp:
            certificates = _CERTIFICATE.findall(self._certificate.read_bytes())
            usual = self._usual.read_bytes() if self._usual.is_file() else b""
            self._bundle.parent.mkdir(mode=0o755, exist_ok=True)
            fresh = self._bundle.with_suffix(".new")
            fresh.write_bytes(b"\n".join([*certificates, usual]))
            fresh.chmod(0o644)
            fresh.replace(self._bundle)
            self._stamp = stamp
        return self._bundle
