"""Splits add up: pieces by a key, cents by weights."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webshop.cart.services import by_key
from webshop.core.money import split

KEYS = st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any)


@given(quantity=st.integers(1, 100_000), key=KEYS)
def test_pieces_by_a_key_are_whole_and_add_up(quantity: int, key: list[int]) -> None:
    parts = by_key(quantity, key)

    assert sum(parts) == quantity
    assert all(part >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, key, strict=True) if weight == 0)
    for part, weight in zip(parts, key, strict=True):
        assert abs(part - Decimal(quantity) * weight / sum(key)) < 1


def test_250_notebooks_to_five_schools() -> None:
    assert by_key(250, [1, 1, 1, 1, 1]) == [50, 50, 50, 50, 50]
    assert by_key(250, [60, 40, 50, 55, 45]) == [60, 40, 50, 55, 45]
    assert by_key(4, [1, 1, 1, 1, 1]) == [1, 1, 1, 1, 0]


def test_a_key_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        by_key(4, [0, 0])


@given(
    cents=st.integers(0, 10**13),
    percents=st.lists(st.integers(1, 10_000), min_size=1, max_size=12).map(lambda parts: [Decimal(part) / 100 for part in parts]),
)
def test_shares_of_a_line_are_exact_to_the_cent(cents: int, percents: list[Decimal]) -> None:
    amount = Decimal(cents) / 100

    assert sum(split(amount, percents)) == amount
