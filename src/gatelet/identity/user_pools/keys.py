"""The RSA keys of a pool: made once, the private halves sealed at rest. Making one takes tens of milliseconds."""

from __future__ import annotations

from base64 import b64encode
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from gatelet.identity.user_pools.jws import encode_number
from gatelet.identity.user_pools.model import KeyPair
from gatelet.identity.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_BITS: Final = 2048
_EXPONENT: Final = 65537
_KEPT: Final = 128


def new_key(pool_id: str, kid_bytes: bytes, vault: Vault) -> KeyPair:
    """A fresh key pair; ``kid_bytes`` (32 random ones) become its name. Call it in a thread."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    kid = b64encode(kid_bytes).decode()
    key = rsa.generate_private_key(_EXPONENT, _BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    numbers = key.public_key().public_numbers()
    jwk = {
        "alg": "RS256",
        "e": encode_number(numbers.e),
        "kid": kid,
        "kty": "RSA",
        "n": encode_number(numbers.n),
        "use": "sig",
    }
    return KeyPair(kid=kid, private=vault.seal(pem, _owner(pool_id, kid)), jwk=jwk)


class SigningKeys:
    """Private keys that were read lately, ready to sign; at most 128."""

    __slots__ = ("_keys", "_vault")

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._keys: OrderedDict[tuple[str, str], RSAPrivateKey] = OrderedDict()

    def get(self, pool_id: str, pair: KeyPair) -> RSAPrivateKey:
        """The private key. Raises CannotOpen."""
        place = (pool_id, pair["kid"])
        key = self._keys.get(place)
        if key is None:
            key = self._keys[place] = self._read(pool_id, pair)
            if len(self._keys) > _KEPT:
                self._keys.popitem(last=False)
        return key

    def _read(self, pool_id: str, pair: KeyPair) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        pem = self._vault.open_once(pair["private"], _owner(pool_id, pair["kid"])).encode()
        # We made it: the checks of a stranger's key would take as long as a hundred signatures.
        key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, RSAPrivateKey)
        return key


def _owner(pool_id: str, kid: str) -> str:
    return f"cognito-idp/{pool_id}/{kid}"
