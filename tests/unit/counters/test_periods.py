"""When quotas begin anew, and what they allow (apigateway-authorization-limits section 8)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gatelet.counters.periods import period_at
from gatelet.counters.ports import Period
from gatelet.gateway.document import QUOTA_SINCE
from gatelet.gateway.plans import quota_limit


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("kind", "now", "start"),
    [
        ("DAY", "2026-01-31T23:59:59.999", "2026-01-31"),
        ("DAY", "2026-02-01T00:00:00", "2026-02-01"),
        ("WEEK", "2026-01-03T23:59:59", "2025-12-28"),  # a Saturday
        ("WEEK", "2026-01-04T00:00:00", "2026-01-04"),  # a Sunday
        ("WEEK", "2026-01-05T00:00:00", "2026-01-04"),
        ("MONTH", "2026-01-31T23:59:59", "2026-01-01"),
        ("MONTH", "2028-02-29T12:00:00", "2028-02-01"),
        ("MONTH", "2026-03-01T00:00:00", "2026-03-01"),
    ],
)
def test_a_period_begins_at_midnight_in_utc(kind: str, now: str, start: str) -> None:
    """Weeks on Sunday, months on the 1st."""
    assert period_at(kind, moment(now)) == Period(int(moment(start)), now[:10])


@pytest.mark.parametrize(
    ("offset", "now", "limit"),
    [
        (0, "2026-01-15T12:00:00", 10),
        (3, "2026-01-15T12:00:00", 7),
        (3, "2026-01-31T23:59:59", 7),
        (3, "2026-02-01T00:00:00", 10),
        (12, "2026-01-15T12:00:00", 0),
    ],
)
def test_the_offset_is_taken_off_in_the_first_period_alone(offset: int, now: str, limit: int) -> None:
    since = moment("2026-01-10T08:00:00")
    quota = {"limit": 10, "offset": offset, "period": "MONTH", QUOTA_SINCE: since}
    assert quota_limit(quota, period_at("MONTH", moment(now))) == limit
