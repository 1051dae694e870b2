"""The periods of quotas: where they start, in UTC. Pure.

Reference: apigateway-authorization-limits section 8 ("period"): a week starts on Sunday, a month on the 1st.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from gatelet.counters.ports import Period

PERIODS = ("DAY", "WEEK", "MONTH")


def first_day(kind: str, day: date) -> date:
    """The first day of the period of that kind that holds the day."""
    if kind == "MONTH":
        return day.replace(day=1)
    if kind == "WEEK":
        return day - timedelta(days=day.isoweekday() % 7)
    return day


def period_at(kind: str, now: float) -> Period:
    """The period of that kind that holds the moment (seconds since the epoch)."""
    today = datetime.fromtimestamp(now, UTC).date()
    start = datetime.combine(first_day(kind, today), datetime.min.time(), UTC)
    return Period(int(start.timestamp()), today.isoformat())
