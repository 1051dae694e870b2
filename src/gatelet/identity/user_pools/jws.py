"""Signed tokens: strict reading, signing (RS256) and verification. No claim is looked at here.

Exception
└── InvalidToken      no token, or its signature does not stand

A token says which algorithm it was signed with; only the algorithms that the caller allows are tried, each with
keys of its own kind alone: neither ``none`` nor an HMAC made with a public key can pass.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    PublicKey = RSAPublicKey | EllipticCurvePublicKey

TOKEN_CHARACTERS: Final = 10_240
"""What a header of a request may have; a longer token is none."""
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
_CURVES: Final = {"ES256": ("P-256", 32), "ES384": ("P-384", 48), "ES512": ("P-521", 66)}
_RSA_BITS: Final = (2048, 8192)


class InvalidToken(Exception):
    """The text is no token, or nobody's whom we trust."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is spelled, nothing of it verified."""

    algorithm: str
    kid: str
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def parse(text: str) -> Token:
    """Raises InvalidToken."""
    parts = text.split(".")
    if len(text) > TOKEN_CHARACTERS or len(parts) != 3:
        raise InvalidToken("not three parts")
    header, claims = _object(parts[0]), _object(parts[1])
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidToken("the algorithm is not accepted")
    if not isinstance(kid, str) or not kid:
        raise InvalidToken("no key is named")
    if "crit" in header or header.get("b64") is False:
        raise InvalidToken("critical header parameters are not understood")
    return Token(algorithm, kid, claims, f"{parts[0]}.{parts[1]}".encode("ascii"), _decode(parts[2]))


def verify(token: Token, key: PublicKey) -> None:
    """Raises InvalidToken: the signature is not this key's."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[token.algorithm[2:]]
    try:
        if token.algorithm.startswith("RS") and isinstance(key, rsa.RSAPublicKey):
            key.verify(token.signature, token.signed, padding.PKCS1v15(), digest)
            return
        if token.algorithm in _CURVES and isinstance(key, ec.EllipticCurvePublicKey):
            _, size = _CURVES[token.algorithm]
            if len(token.signature) == 2 * size and (key.key_size + 7) // 8 == size:
                r, s = (int.from_bytes(part, "big") for part in (token.signature[:size], token.signature[size:]))
                key.verify(encode_dss_signature(r, s), token.signed, ec.ECDSA(digest))
                return
    except InvalidSignature:
        raise InvalidToken("the signature does not match") from None
    raise InvalidToken("the key is of another kind")


def sign(claims: Mapping[str, Any], kid: str, key: RSAPrivateKey) -> str:
    """A token signed with RS256; its header has ``kid`` and ``alg`` alone (identity section 4.3)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    signed = _encode(orjson.dumps({"kid": kid, "alg": "RS256"})) + "." + _encode(orjson.dumps(claims))
    return f"{signed}.{_encode(key.sign(signed.encode('ascii'), padding.PKCS1v15(), hashes.SHA256()))}"


def public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    """The key that an entry of a JWKS describes; None: of a kind that no accepted algorithm uses."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        if jwk.get("use") not in {None, "sig"}:
            return None
        if jwk["kty"] == "RSA":
            n, e = (int.from_bytes(_decode(jwk[name]), "big") for name in ("n", "e"))
            if _RSA_BITS[0] <= n.bit_length() <= _RSA_BITS[1] and e.bit_length() <= 32:
                return rsa.RSAPublicNumbers(e, n).public_key()
        elif jwk["kty"] == "EC":
            curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}.get(jwk["crv"])
            x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
            if curve is not None:
                return ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
    except (LookupError, TypeError, ValueError, AttributeError, InvalidToken):
        return None
    return None


def encode_number(number: int) -> str:
    """A number as a JWK spells it."""
    return _encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _object(part: str) -> dict[str, Any]:
    try:
        value = orjson.loads(_decode(part))
    except orjson.JSONDecodeError:
        raise InvalidToken("not JSON") from None
    if not isinstance(value, dict):
        raise InvalidToken("not an object")
    return value


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (Base64Error, ValueError):
        raise InvalidToken("not Base64") from None
    if _encode(data) != text:  # another spelling of the same bytes is another token
        raise InvalidToken("not canonical Base64")
    return data
