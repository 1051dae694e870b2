"""The server's side of SRP-6a as Cognito speaks it (identity section 4.2). Pure; a power takes milliseconds.

The group is RFC 3526's of 3,072 bits with g = 2 and SHA-256; the session key is stretched with HKDF, info
"Caldera Derived Key"; the client proves it with an HMAC over pool name, user, secret block and timestamp.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Final

_N_HEX: Final = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
)
_N: Final = int(_N_HEX, 16)
_G: Final = 2
_INFO: Final = b"Caldera Derived Key\x01"
PRIVATE_BITS: Final = 256
"""Of the server's ephemeral secret ``b``."""
_A_DIGITS_MOST: Final = len(_N_HEX) + 2


class InvalidPublicValue(ValueError):
    """SRP_A is no number, or one that would reveal the key (a multiple of N)."""


def _pad(number: int) -> bytes:
    """The bytes of a positive number, as Java writes a BigInteger: a zero before a leading bit."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


_K: Final = _hash(_pad(_N), _pad(_G))


def verifier(pool_name: str, user_id: str, password: str, salt: int) -> int:
    """``g^x``: what is kept of a password. ``pool_name`` is the pool's id behind its underscore."""
    inner = hashlib.sha256(f"{pool_name}{user_id}:{password}".encode("utf-8", "surrogatepass")).digest()
    return pow(_G, _hash(_pad(salt), inner), _N)


def parse_public(text: str) -> int:
    """SRP_A. Raises InvalidPublicValue."""
    try:
        if len(text) > _A_DIGITS_MOST:
            raise InvalidPublicValue
        value = int(text, 16)
    except ValueError:
        raise InvalidPublicValue from None
    if value <= 0 or value % _N == 0:
        raise InvalidPublicValue
    return value


def server_public(verifier: int, private: int) -> int:
    """``B = k v + g^b``."""
    return (_K * verifier + pow(_G, private, _N)) % _N


def session_key(client_public: int, verifier: int, private: int) -> bytes:
    """16 bytes that only who knows the password can have, too."""
    public = server_public(verifier, private)
    u = _hash(_pad(client_public), _pad(public))
    shared = pow(client_public * pow(verifier, u, _N), private, _N)
    pseudo_random_key = hmac.digest(_pad(u), _pad(shared), "sha256")
    return hmac.digest(pseudo_random_key, _INFO, "sha256")[:16]


def signature(key: bytes, pool_name: str, user_id: str, secret_block: str, timestamp: str) -> str:
    """PASSWORD_CLAIM_SIGNATURE. Raises InvalidPublicValue: the secret block is not Base64."""
    try:
        block = b64decode(secret_block, validate=True)
    except (Base64Error, ValueError):
        raise InvalidPublicValue from None
    message = pool_name.encode() + user_id.encode() + block + timestamp.encode("utf-8", "replace")
    return b64encode(hmac.digest(key, message, "sha256")).decode()
