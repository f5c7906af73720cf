"""All arithmetic with money. Prices are net; amounts are euros with two places, unit prices with four.

The rules, in this order:
1. A line's net is `unit price x quantity / base quantity`, rounded once (EN 16931 BT-131).
2. Tax is the sum of the line nets of one rate times the rate, rounded once per rate (BR-CO-17).
3. Gross is net plus tax. Rounding is half away from zero, everywhere.
4. A split over several cost centres adds up to the line's net to the cent (largest remainder).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_AMOUNT = Decimal("999999999999.99")
"""No sum may grow beyond what every interface can carry (S-8)."""


def to_cents(amount: Decimal) -> Decimal:
    """Round to whole cents, half away from zero; OverflowError beyond MAX_AMOUNT."""
    rounded = amount.quantize(CENT, rounding=ROUND_HALF_UP)
    if abs(rounded) > MAX_AMOUNT:
        raise OverflowError("amount out of range")
    return rounded


def line_net(unit_net: Decimal, quantity: int, base_quantity: int = 1) -> Decimal:
    """Net of one line in euros (EN 16931 BT-131 = BT-146 x BT-129 / BT-149)."""
    return to_cents(unit_net * quantity / base_quantity)


class Taxed(Protocol):
    """Anything with a net amount and a VAT rate in percent."""

    @property
    def net(self) -> Decimal: ...

    @property
    def vat_rate(self) -> int: ...


@dataclass(frozen=True)
class Amount:
    """A net amount at a VAT rate in percent: the plainest thing that `totals` adds up."""

    net: Decimal
    vat_rate: int


@dataclass(frozen=True)
class TaxGroup:
    """The sum of all lines of one rate and its tax (EN 16931 BG-23)."""

    vat_rate: int
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """Net, tax per rate and gross; cannot exist inconsistent."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO
    groups: tuple[TaxGroup, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError("net plus tax is not gross")
        if sum((group.net for group in self.groups), ZERO) != self.net:
            raise ValueError("tax groups do not add up to net")
        if sum((group.tax for group in self.groups), ZERO) != self.tax:
            raise ValueError("tax groups do not add up to tax")


def totals(lines: Iterable[Taxed]) -> Totals:
    """Sum lines the only way the shop knows; highest rate first."""
    nets: dict[int, Decimal] = {}
    for line in lines:
        nets[line.vat_rate] = nets.get(line.vat_rate, ZERO) + line.net
    groups = tuple(TaxGroup(rate, to_cents(net), to_cents(net * rate / 100)) for rate, net in sorted(nets.items(), reverse=True))
    net = to_cents(sum((group.net for group in groups), ZERO))
    tax = to_cents(sum((group.tax for group in groups), ZERO))
    return Totals(net=net, tax=tax, gross=net + tax, groups=groups)


def gross_of(net: Decimal, vat_rate: int) -> Decimal:
    """Gross of a single amount, for display beside its net."""
    return totals([Amount(net, vat_rate)]).gross


def split(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Share an amount by weights, exact to the cent, largest remainder first, ties to the earlier share.

    ValueError where there is no positive weight or a negative one.
    """
    shares = [Decimal(weight) for weight in weights]
    whole = sum(shares, Decimal(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("weights must be positive")
    cents = int(to_cents(amount) / CENT)
    sign, cents = (-1, -cents) if cents < 0 else (1, cents)
    exact = [cents * share / whole for share in shares]
    floors = [int(part) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda index: (floors[index] - exact[index], index))
    for index in by_remainder[: cents - sum(floors)]:
        floors[index] += 1
    return [sign * floor * CENT for floor in floors]
