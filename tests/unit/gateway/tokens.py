"""Keys, tokens good and bad, and a gateway whose methods read them."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.unit.gateway.world import FixedClock, World, header, method

from gatelet.aws.scope import Scope
from gatelet.http.client.errors import ConnectFailed
from gatelet.http.client.message import Answer, ClientRequest
from gatelet.identity.user_pools.jws import encode_number
from gatelet.identity.user_pools.model import POOLS, PoolDocument, issuer_of, pool_arn
from gatelet.storage.ports import Change

POOL = "eu-west-1_AbCdEfGhI"
SCOPE = Scope("210987654321", "eu-west-1")
ARN = pool_arn(SCOPE, POOL)
ISSUER = issuer_of(POOL)
OIDC = "https://login.example.com/"
KEYS = "https://login.example.com/keys"


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name, made once."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(name: str, **members: Any) -> dict[str, str]:
    """The public half of an RSA key."""
    numbers = rsa_key(name).public_key().public_numbers()
    return {
        "kty": "RSA",
        "kid": name,
        "n": encode_number(numbers.n),
        "e": encode_number(numbers.e),
        "use": "sig",
        **members,
    }


def ec_jwk(name: str) -> dict[str, str]:
    numbers = ec_key(name).public_key().public_numbers()
    return {"kty": "EC", "kid": name, "crv": "P-256", "x": encode_number(numbers.x), "y": encode_number(numbers.y)}


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims: Mapping[str, Any], kid: str = "id", *, key: str | None = None, **head: Any) -> str:
    """A token whose header may lie; it is signed as its header says."""
    headers = {"kid": kid, "alg": "RS256", **head}
    signed = f"{part(headers)}.{part(claims)}"
    match headers["alg"]:
        case "none" | "None" | "":
            return f"{signed}."
        case "HS256":
            pem = (
                rsa_key(key or kid)
                .public_key()
                .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            )
            return f"{signed}.{part(hmac.digest(pem, signed.encode(), 'sha256'))}"
        case "ES256":
            r, s = decode_dss_signature(ec_key(key or kid).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
            return f"{signed}.{part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"{signed}.{part(rsa_key(key or kid).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


class Keys:
    """Where an issuer's keys are fetched; counts, and can be out of order."""

    def __init__(self) -> None:
        self.keys: list[dict[str, str]] = [jwk("id"), ec_jwk("curve")]
        self.asked: list[str] = []
        self.answer: Answer | Exception | None = None

    async def send(self, request: ClientRequest, timeout: float) -> Answer:
        self.asked.append(request.origin.host + request.target)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or Answer(200, [], json.dumps({"keys": self.keys}).encode())

    async def stream(self, request: ClientRequest, timeout: float) -> Answer:
        raise ConnectFailed("never asked")


class MovingClock(FixedClock):
    """Both of its times are set by hand, in ``at``."""

    def monotonic(self) -> float:
        return self.at


class TokenWorld(World):
    """``GET /users`` reads tokens; the pool's keys are ``id`` and ``access``."""

    def __init__(self, authorizer: dict[str, Any], kind: str, scopes: list[str] | None = None, **api: Any) -> None:
        guarded = method(authorizationType=kind, authorizerId="au1", authorizationScopes=scopes or [])
        super().__init__(
            {"/users": {"GET": guarded}},
            lambda event: {"statusCode": 200, "body": json.dumps(event["requestContext"].get("authorizer"))},
            **api,
        )
        for record in self.records.stored.values():
            if "document" in record:
                record["document"]["authorizers"] = {"au1": {"id": "au1", "name": "a", "type": kind, **authorizer}}
        self.keys = Keys()
        self.clock = MovingClock()
        self.ports = replace(self.ports, http=self.keys, clock=self.clock)

    async def open(self, account: str = SCOPE.account) -> None:
        """The pool exists and the API is served."""
        pair = {"private": ""}
        document = PoolDocument(
            account=account,
            region=SCOPE.region,
            pool={},
            tags={},
            id_key={**pair, "kid": "id", "jwk": jwk("id")},  # type: ignore[typeddict-item]
            access_key={**pair, "kid": "access", "jwk": jwk("access")},  # type: ignore[typeddict-item]
        )
        self.records.stored[POOLS.key(POOL)] = document  # type: ignore[assignment]
        await self.ports.identity.user_pools.apply(Change(1, POOLS.key(POOL), deleted=False))
        await self.live.start()

    async def delete_pool(self) -> None:
        del self.records.stored[POOLS.key(POOL)]
        await self.ports.identity.user_pools.apply(Change(2, POOLS.key(POOL), deleted=True))

    async def ask(self, text: str | None) -> Any:
        """200 with the authorizer's context, or the failure's status, type and body."""
        response = await self.call(headers=[] if text is None else [("Authorization", text)])
        if response.status == 200:
            assert isinstance(response.body, bytes)
            return 200, json.loads(response.body)
        return response.status, header(response, "x-amzn-ErrorType"), response.body


def asked(world: TokenWorld, *texts: str | None) -> list[Any]:
    """The answers to requests with these tokens, one after another."""

    async def run() -> list[Any]:
        await world.open()
        return [await world.ask(text) for text in texts]

    return asyncio.run(run())
