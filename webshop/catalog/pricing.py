"""One price function: organisation, date and quantity in, the price that counts out.

A framework contract that names the organisation, is valid that day and is not used up wins over the list price;
among several the cheapest at the asked quantity. Tiers: the highest lower bound that the quantity reaches
(BMEcat LOWER_BOUND). Prices change at midnight in Berlin.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from webshop.catalog.contract_models import ContractOrganisation, ContractPosition, ContractPrice, FrameworkContract
from webshop.catalog.models import Charge, Price

NOTHING = Decimal("0.0000")


@dataclass(frozen=True)
class Tier:
    """What one unit costs from a quantity on: one-off and per month."""

    min_quantity: int
    unit_net: Decimal
    monthly_net: Decimal


@dataclass(frozen=True)
class ArticlePrice:
    """What an article costs an organisation at a quantity on a day, and why."""

    product_id: int
    unit_net: Decimal
    monthly_net: Decimal
    tiers: tuple[Tier, ...] = ()
    contract_id: int | None = None
    contract_number: str = ""
    list_unit_net: Decimal = NOTHING
    list_monthly_net: Decimal = NOTHING
    max_per_order: int | None = None
    """The contract's limit per order, if it has one."""

    @property
    def has_price(self) -> bool:
        """False where the article cannot be ordered for want of a price."""
        return bool(self.tiers)


_Steps = dict[Charge, dict[int, Decimal]]


def contract_clause(organisation_id: UUID | None, day: date) -> ColumnElement[bool]:
    """Contracts that the organisation may call off that day (VgV § 21 (2)); None, the provider's own view: those for all."""
    named = exists().where(
        ContractOrganisation.contract_id == FrameworkContract.id, ContractOrganisation.organisation_id == organisation_id
    )
    return and_(
        FrameworkContract.valid_from <= day,
        FrameworkContract.valid_to >= day,
        FrameworkContract.used_value < FrameworkContract.max_value,
        FrameworkContract.for_all.is_(true()) if organisation_id is None else or_(FrameworkContract.for_all.is_(true()), named),
    )


def list_price_clause(day: date) -> ColumnElement[bool]:
    """List prices valid that day."""
    return and_(Price.valid_from <= day, or_(Price.valid_to.is_(None), Price.valid_to > day))


def prices_for(
    session: Session, organisation_id: UUID | None, quantities: Mapping[int, int], *, day: date
) -> dict[int, ArticlePrice]:
    """The price of each article (by id) at its quantity; two statements, however many articles.

    Every id asked for is in the answer; one without a price has `has_price` False.
    """
    if not quantities:
        return {}
    listed = _list_steps(session, quantities, day)
    contracted = _contract_steps(session, organisation_id, quantities, day)
    return {product: _best(product, quantity, listed[product], contracted[product]) for product, quantity in quantities.items()}


def list_prices_for(session: Session, quantities: Mapping[int, int], *, day: date) -> dict[int, ArticlePrice]:
    """The list price of each article (by id) at its quantity, whatever contracts there are: what staff see."""
    if not quantities:
        return {}
    listed = _list_steps(session, quantities, day)
    return {product: _best(product, quantity, listed[product], {}) for product, quantity in quantities.items()}


def _list_steps(session: Session, quantities: Mapping[int, int], day: date) -> defaultdict[int, _Steps]:
    steps: defaultdict[int, _Steps] = defaultdict(lambda: defaultdict(dict))
    rows = session.execute(
        select(Price.product_id, Price.charge, Price.min_quantity, Price.unit_net)
        .where(Price.product_id.in_(list(quantities)), list_price_clause(day))
        .order_by(Price.valid_from)  # where periods overlap, the newer price counts
    )
    for product_id, charge, min_quantity, unit_net in rows:
        steps[product_id][charge][min_quantity] = unit_net
    return steps


@dataclass
class _Contract:
    id: int
    number: str
    max_per_order: int | None
    steps: _Steps


def _contract_steps(
    session: Session, organisation_id: UUID | None, quantities: Mapping[int, int], day: date
) -> defaultdict[int, dict[int, _Contract]]:
    found: defaultdict[int, dict[int, _Contract]] = defaultdict(dict)
    rows = session.execute(
        select(
            ContractPosition.product_id,
            FrameworkContract.id,
            FrameworkContract.number,
            ContractPosition.max_quantity_per_order,
            ContractPrice.charge,
            ContractPrice.min_quantity,
            ContractPrice.unit_net,
        )
        .join(FrameworkContract, FrameworkContract.id == ContractPosition.contract_id)
        .join(ContractPrice, ContractPrice.position_id == ContractPosition.id)
        .where(ContractPosition.product_id.in_(list(quantities)), contract_clause(organisation_id, day))
    )
    for product_id, contract_id, number, max_per_order, charge, min_quantity, unit_net in rows:
        contract = found[product_id].setdefault(contract_id, _Contract(contract_id, number, max_per_order, defaultdict(dict)))
        contract.steps[charge][min_quantity] = unit_net
    return found


def _at(steps: dict[int, Decimal], quantity: int) -> Decimal | None:
    reached = [bound for bound in steps if bound <= quantity]
    return steps[max(reached)] if reached else None


def _tiers(steps: _Steps) -> tuple[Tier, ...]:
    bounds = sorted({bound for charge in steps.values() for bound in charge})
    return tuple(Tier(b, _at(steps[Charge.ONCE], b) or NOTHING, _at(steps[Charge.MONTHLY], b) or NOTHING) for b in bounds)


def _best(product_id: int, quantity: int, listed: _Steps, contracts: Mapping[int, _Contract]) -> ArticlePrice:
    list_once, list_monthly = _at(listed[Charge.ONCE], quantity), _at(listed[Charge.MONTHLY], quantity)
    offers = []
    for contract in contracts.values():
        once, monthly = _at(contract.steps[Charge.ONCE], quantity), _at(contract.steps[Charge.MONTHLY], quantity)
        if once is not None or monthly is not None:
            offers.append((once or NOTHING, monthly or NOTHING, contract))
    base_once, base_monthly = list_once or NOTHING, list_monthly or NOTHING
    if offers:
        once, monthly, contract = min(offers, key=lambda offer: (offer[0] + offer[1], offer[2].number))
        tiers, limit = _tiers(contract.steps), contract.max_per_order
        return ArticlePrice(product_id, once, monthly, tiers, contract.id, contract.number, base_once, base_monthly, limit)
    if list_once is None and list_monthly is None:
        return ArticlePrice(product_id, NOTHING, NOTHING)
    tiers = _tiers(listed)
    return ArticlePrice(product_id, base_once, base_monthly, tiers, list_unit_net=base_once, list_monthly_net=base_monthly)
