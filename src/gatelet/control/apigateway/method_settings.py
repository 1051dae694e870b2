"""Method settings of a stage: the entry that the first setting creates, and what each setting may be.

Reference: apigateway-control-plane section 6.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, nan
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.errors import BadRequest

Settings = dict[str, dict[str, Any]]

EVERY_METHOD = "*/*"
_INTEGERS = range(-(2**31), 2**31)
"""What the model's Integer holds."""
LOGGING_LEVELS = ("OFF", "ERROR", "INFO")
CACHE_CONTROL_STRATEGIES = (
    "FAIL_WITH_403",
    "SUCCEED_WITH_RESPONSE_HEADER",
    "SUCCEED_WITHOUT_RESPONSE_HEADER",
)

_DEFAULTS: Mapping[str, Any] = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": quotas.ACCOUNT_THROTTLE_BURST,
    "throttlingRateLimit": quotas.ACCOUNT_THROTTLE_RATE,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


def _flag(value: str | None) -> bool:
    return value == "true"


def _whole(value: str | None) -> int:
    try:
        number = int(value or "")
    except ValueError:
        number = _INTEGERS.stop
    if number not in _INTEGERS:
        raise BadRequest(f"Invalid integer value specified: {value}")
    return number


def _seconds(value: str | None) -> int:
    seconds = _whole(value)
    if not 0 <= seconds <= quotas.CACHE_TTL_MAX:
        raise BadRequest(f"Invalid cache TTL specified: {value}. It must be between 0 and {quotas.CACHE_TTL_MAX}")
    return seconds


def _number(value: str | None) -> float:
    try:
        number = float(value or "")
    except ValueError:
        number = nan
    if not isfinite(number):
        raise BadRequest(f"Invalid double value specified: {value}")
    return number


def _one_of(name: str, choices: tuple[str, ...]) -> Callable[[str | None], str]:
    def choose(value: str | None) -> str:
        if value not in choices:
            raise BadRequest(f"Invalid {name} specified. Valid options are {','.join(choices)}")
        return value

    return choose


SETTINGS: Mapping[str, tuple[str, Callable[[str | None], Any]]] = {
    "metrics/enabled": ("metricsEnabled", _flag),
    "logging/dataTrace": ("dataTraceEnabled", _flag),
    "logging/loglevel": ("loggingLevel", _one_of("LoggingLevel", LOGGING_LEVELS)),
    "throttling/burstLimit": ("throttlingBurstLimit", _whole),
    "throttling/rateLimit": ("throttlingRateLimit", _number),
    "caching/enabled": ("cachingEnabled", _flag),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", _seconds),
    "caching/dataEncrypted": ("cacheDataEncrypted", _flag),
    "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", _flag),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        _one_of("UnauthorizedCacheControlHeaderStrategy", CACHE_CONTROL_STRATEGIES),
    ),
}
"""By the tail of the patch path: the member, and how its value is read."""


def change_setting(settings: Settings, method: str, tail: str, value: str | None) -> None:
    """Change one setting of one method (``test/GET``, ``*/*``). Raises BadRequest.

    A new entry starts with the values that ``*/*`` has at that moment; later changes of ``*/*`` do not
    touch it.
    """
    member, read = SETTINGS[tail]
    read_value = read(value)
    entry = settings.get(method)
    if entry is None:
        entry = settings[method] = dict(settings.get(EVERY_METHOD, _DEFAULTS))
    entry[member] = read_value


def remove_settings(settings: Settings, method: str) -> None:
    """Delete a method's entry. Raises BadRequest if there is none (the blank at the end is AWS's)."""
    if method not in settings:
        raise BadRequest(f"Cannot remove method setting {method} because there is no method setting for this method ")
    del settings[method]
