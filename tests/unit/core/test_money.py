"""R-19: money is exact and everywhere the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webshop.core.money import MAX_AMOUNT, ZERO, Amount, TaxGroup, Totals, gross_of, line_net, split, to_cents, totals

CENTS = st.integers(min_value=0, max_value=10**9).map(lambda cents: Decimal(cents).scaleb(-2))
PRICES = st.integers(min_value=0, max_value=10**8).map(lambda parts: Decimal(parts).scaleb(-4))
RATES = st.sampled_from([0, 7, 19])
LINES = st.lists(st.builds(Amount, CENTS, RATES), max_size=60)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.01"), ("0.004", "0.00"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1.005", "1.01"), ("0.125", "0.13")],
)
def test_r19_halves_round_away_from_zero(exact, rounded):
    assert to_cents(Decimal(exact)) == Decimal(rounded)


def test_s8_a_sum_too_large_for_every_interface_is_refused():
    with pytest.raises(OverflowError):
        to_cents(MAX_AMOUNT + 1)


def test_r19_tax_is_rounded_once_per_rate_and_not_per_line():
    result = totals([Amount(Decimal("0.33"), 19)] * 3)

    assert (result.net, result.tax, result.gross) == (Decimal("0.99"), Decimal("0.19"), Decimal("1.18"))


def test_r19_known_nasty_baskets():
    assert line_net(Decimal("0.333"), 33) == Decimal("10.99")
    assert line_net(Decimal("0.9500"), 250, 100) == Decimal("2.38")
    mixed = totals([Amount(Decimal("10.05"), 19), Amount(Decimal("10.05"), 7), Amount(Decimal("10.05"), 0)])
    assert [(group.vat_rate, group.tax) for group in mixed.groups] == [
        (19, Decimal("1.91")),
        (7, Decimal("0.70")),
        (0, Decimal("0.00")),
    ]
    assert totals([]).gross == ZERO
    assert gross_of(Decimal("899.00"), 19) == Decimal("1069.81")


@given(LINES)
def test_r19_sums_of_parts_are_the_totals_whatever_the_order(lines):
    result = totals(lines)

    assert result == totals(reversed(lines))
    assert result.net == sum((line.net for line in lines), ZERO)
    assert result.gross == result.net + result.tax
    assert sum((group.net for group in result.groups), ZERO) == result.net
    for group in result.groups:
        assert abs(group.tax - group.net * group.vat_rate / 100) <= Decimal("0.005")


@given(PRICES, st.integers(min_value=1, max_value=100_000), st.sampled_from([1, 10, 100, 1000]))
def test_r19_a_line_is_rounded_once(price, quantity, base):
    assert abs(line_net(price, quantity, base) - price * quantity / base) <= Decimal("0.005")


@given(CENTS, st.lists(st.integers(min_value=1, max_value=10_000), min_size=1, max_size=12))
def test_r19_a_split_is_exact_to_the_cent_and_fair(amount, weights):
    parts = split(amount, weights)

    assert sum(parts, ZERO) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < Decimal("0.01")


def test_r19_the_largest_remainder_gets_the_cent():
    assert split(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split(Decimal("-100.00"), [1, 1, 1]) == [Decimal("-33.34"), Decimal("-33.33"), Decimal("-33.33")]
    assert split(Decimal("0.01"), [1, 2]) == [Decimal("0.00"), Decimal("0.01")]


@pytest.mark.parametrize("weights", [[], [0], [1, -1]])
def test_r19_a_split_needs_positive_weights(weights):
    with pytest.raises(ValueError, match="positive"):
        split(Decimal("1.00"), weights)


@pytest.mark.parametrize(
    "wrong",
    [
        {"net": Decimal("1.00"), "tax": Decimal("0.19"), "gross": Decimal("1.20")},
        {"net": Decimal("1.00"), "tax": Decimal("0.19"), "gross": Decimal("1.19")},
        {
            "net": Decimal("1.00"),
            "tax": Decimal("0.19"),
            "gross": Decimal("1.19"),
            "groups": (TaxGroup(19, Decimal("1.00"), Decimal("0.18")),),
        },
    ],
)
def test_r19_inconsistent_totals_cannot_exist(wrong):
    with pytest.raises(ValueError, match="net|tax"):
        Totals(**wrong)
