"""An order gathered by address, by cost centre and by framework contract: for the page and for the confirmation."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from webshop.core.money import ZERO
from webshop.orders.models import OrderLine, OrderLineDelivery


@dataclass(frozen=True)
class Place:
    """An address as it stood, and what goes there."""

    label: str
    street: str
    postcode: str
    city: str
    note: str
    items: tuple[tuple[OrderLine, int], ...] = ()


@dataclass(frozen=True)
class CostCentreSum:
    """What a cost centre bears of the whole order, net."""

    number: str
    name: str
    net: Decimal
    monthly_net: Decimal


def place_key(delivery: OrderLineDelivery | Place) -> tuple[str, str, str, str, str]:
    """What makes a place: two deliveries with the same key go to the same one."""
    return (delivery.label, delivery.street, delivery.postcode, delivery.city, delivery.note)


def places(lines: Iterable[OrderLine]) -> list[Place]:
    """Every address once, in the order of the lines."""
    found: defaultdict[tuple[str, str, str, str, str], list[tuple[OrderLine, int]]] = defaultdict(list)
    for line in lines:
        for delivery in line.deliveries:
            found[place_key(delivery)].append((line, delivery.quantity))
    return [Place(*key, items=tuple(items)) for key, items in found.items()]


def cost_centres(lines: Iterable[OrderLine]) -> list[CostCentreSum]:
    """Every cost centre once, by number."""
    sums: dict[str, CostCentreSum] = {}
    for line in lines:
        for share in line.shares:
            known = sums.get(share.number) or CostCentreSum(share.number, share.name, ZERO, ZERO)
            net, monthly = known.net + share.net, known.monthly_net + share.monthly_net
            sums[share.number] = CostCentreSum(share.number, known.name, net, monthly)
    return [sums[number] for number in sorted(sums)]


def contracts(lines: Iterable[OrderLine]) -> list[tuple[str, list[int]]]:
    """The framework contracts that are called off, each with its positions."""
    positions: defaultdict[str, list[int]] = defaultdict(list)
    for line in lines:
        if line.contract_number:
            positions[line.contract_number].append(line.position)
    return sorted(positions.items())
