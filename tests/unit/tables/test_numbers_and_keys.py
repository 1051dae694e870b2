"""Numbers are exact, and keys sort as their values do."""

from __future__ import annotations

from decimal import Context, Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.tables import keys, numbers
from gatelet.tables.errors import ValidationFailure

EXACT = Context(prec=1_000, Emin=-2_000, Emax=2_000)


@st.composite
def number(draw: st.DrawFn) -> str:
    digits = str(draw(st.integers(1, 10**38 - 1)))
    exponent = draw(st.integers(-130, 126 - len(digits)))
    sign = draw(st.sampled_from(["", "-", "+"]))
    return draw(st.sampled_from(["0", f"{sign}{digits}E{exponent}", f"{sign}{digits}"]))


@settings(max_examples=40)
@given(number())
def test_a_number_keeps_its_value(text: str) -> None:
    stored = numbers.normalise(text)
    assert EXACT.create_decimal(stored) == EXACT.create_decimal(text)
    assert numbers.normalise(stored) == stored
    assert "E" not in stored


@settings(max_examples=40)
@given(number(), number())
def test_sums_are_exact_or_refused(left: str, right: str) -> None:
    one, other = numbers.normalise(left), numbers.normalise(right)
    for ours, theirs in ((numbers.add, EXACT.add), (numbers.subtract, EXACT.subtract)):
        exact = theirs(Decimal(one), Decimal(other))
        try:
            found = ours(one, other)
        except ValidationFailure:
            digits = exact.normalize(EXACT).as_tuple().digits
            assert len(digits) > 38 or exact.adjusted() > 125 or exact.adjusted() < -130
        else:
            assert Decimal(found) == exact


@settings(max_examples=40)
@given(st.text("0123456789eE+-. xNaN", max_size=60))
def test_no_text_does_harm(text: str) -> None:
    try:
        stored = numbers.normalise(text)
    except ValidationFailure:
        return
    assert Decimal(stored) == EXACT.create_decimal(text)


@settings(max_examples=40)
@given(st.lists(number(), min_size=2, max_size=20))
def test_keys_sort_as_numbers_do(texts: list[str]) -> None:
    stored = [numbers.normalise(text) for text in texts]
    by_bytes = sorted(stored, key=lambda one: keys.encode({"N": one}))
    values = [Decimal(one) for one in by_bytes]
    assert values == sorted(values)
    encoded = {one: keys.encode({"N": one}) for one in stored}
    assert len(set(encoded.values())) == len(encoded)


@settings(max_examples=40)
@given(st.lists(st.text(), min_size=2), st.text(max_size=3))
def test_keys_sort_as_utf_8_does(texts: list[str], prefix: str) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    encoded = [keys.encode({"S": text}) for text in texts]
    assert sorted(encoded) == [text.encode() for text in sorted(texts)]
    start = prefix.encode("utf-8", "ignore")
    end = keys.after_prefix(start)
    for one in encoded:
        assert one.startswith(start) == (one >= start and (end is None or one < end))


@pytest.mark.parametrize("total", [1, 2, 3, 7, 1_000_000])
def test_segments_leave_nothing_out(total: int) -> None:
    bounds = [keys.segment_bounds(segment, total) for segment in {0, 1, total // 2, total - 1} if segment < total]
    assert min(low for low, _ in bounds) == b"\0\0\0\0"
    assert sum(high is None for _, high in bounds) == 1
    if total < 1_000:
        every = [keys.segment_bounds(segment, total) for segment in range(total)]
        assert all(one[1] == other[0] for one, other in pairwise(every))


@settings(max_examples=40)
@given(number())
def test_a_number_takes_at_most_21_bytes(text: str) -> None:
    """Developer Guide ("Item sizes and formats")."""
    assert 1 <= numbers.size(numbers.normalise(text)) <= 21
