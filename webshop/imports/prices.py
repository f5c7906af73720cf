"""List prices and their history: a changed price closes the old row today and opens a new one.

Periods are half-open, so that no day has two prices and none is missing. Twice on one day replaces: nobody can have
ordered at a price that never saw a midnight, and orders keep their own copy anyway.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from webshop.catalog.models import Charge, Price
from webshop.core.i18n import N_
from webshop.core.money import ZERO
from webshop.imports.cells import MAX_PRICE, Cells, in_euros

MAX_TIERS = 50
MAX_QUANTITY = 100_000
Step = tuple[Charge, int]
"""How it is charged, and from which quantity on."""
Steps = Mapping[Step, Decimal]
PriceRow = Row[int, int, Charge, int, Decimal, date, date | None]


@dataclass(frozen=True)
class PriceList:
    """What a row says about an article's prices."""

    steps: Steps
    charges: frozenset[Charge]
    """The charges that the file tells; prices of others stay."""
    all_tiers: bool
    """True where the file tells all tiers. False: it tells the price of one; tiers stay as long as they are cheaper."""


def read_tiers(cells: Cells, column: str) -> dict[Step, Decimal]:
    """Tiers in JSON: `ab_menge` with `preis_cent`, or with `einmalig_cent` and `monatlich_cent`."""
    steps: dict[Step, Decimal] = {}
    for tier in cells.objects(column, MAX_TIERS):
        bound = tier.get("ab_menge")
        if type(bound) is not int or not 1 <= bound <= MAX_QUANTITY:
            cells.wrong(column, N_("Jede Staffel braucht „ab_menge“, eine ganze Zahl ab 1."))
            return {}
        amounts = {
            Charge.ONCE: tier.get("preis_cent", tier.get("einmalig_cent")),
            Charge.MONTHLY: tier.get("monatlich_cent"),
        }
        for charge, amount in amounts.items():
            if amount is None:
                continue
            if type(amount) is not int or not 0 <= amount <= MAX_PRICE * 100:
                cells.wrong(column, N_("Die Preise der Staffel ab %(bound)s müssen ganze Cent sein, mindestens 0."), bound=bound)
                return {}
            if (charge, bound) in steps:
                cells.wrong(column, N_("Die Staffel ab %(bound)s steht zweimal da."), bound=bound)
                return {}
            steps[charge, bound] = in_euros(amount)
        if all(amount is None for amount in amounts.values()):
            cells.wrong(column, N_("Der Staffel ab %(bound)s fehlt der Preis."), bound=bound)
            return {}
    return steps


@dataclass
class _Changes:
    """What has to be done to the table."""

    replace: list[dict[str, object]] = field(default_factory=list)
    close: list[int] = field(default_factory=list)
    remove: list[int] = field(default_factory=list)
    open: list[dict[str, object]] = field(default_factory=list)


def renew(session: Session, wanted: Mapping[int, PriceList], *, day: date) -> set[int]:
    """Bring the list prices of articles (by id) to what is wanted from this day on; returns the articles that changed."""
    rows: defaultdict[int, dict[Step, list[PriceRow]]] = defaultdict(lambda: defaultdict(list))
    found = session.execute(
        select(Price.id, Price.product_id, Price.charge, Price.min_quantity, Price.unit_net, Price.valid_from, Price.valid_to)
        .where(Price.product_id.in_(list(wanted)), or_(Price.valid_to.is_(None), Price.valid_to > day))
        .order_by(Price.valid_from)
    )
    for row in found:
        rows[row.product_id][row.charge, row.min_quantity].append(row)
    changes, changed = _Changes(), set()
    for product_id, prices in wanted.items():
        known = rows[product_id]
        for step in _steps(prices, known, day):
            if _plan(changes, product_id, step, prices.steps.get(step), known.get(step, []), day):
                changed.add(product_id)
    _apply(session, changes, day)
    return changed


def _steps(prices: PriceList, known: Mapping[Step, list[PriceRow]], day: date) -> set[Step]:
    """The steps to look at: those told, and known ones that end with this file."""
    steps = set(prices.steps)
    for charge, bound in known:
        if charge not in prices.charges:
            continue
        current = _current(known[charge, bound], day)
        base = prices.steps.get((charge, 1))
        dearer = current is not None and base is not None and current.unit_net >= base
        if prices.all_tiers or bound == 1 or dearer or base is None:
            steps.add((charge, bound))
    return steps


def _current(rows: list[PriceRow], day: date) -> PriceRow | None:
    return next((row for row in rows if row.valid_from <= day), None)


def _plan(changes: _Changes, product_id: int, step: Step, amount: Decimal | None, rows: list[PriceRow], day: date) -> bool:
    """Note what this step needs; False where all is as wanted. Prices that begin later stay as they are planned."""
    current = _current(rows, day)
    if current is not None and amount == current.unit_net:
        return False
    if current is None and amount is None:
        return False
    if current is None:
        later = min((row.valid_from for row in rows), default=None)
        _open(changes, product_id, step, amount or ZERO, day, later)
    elif amount is None:
        (changes.remove if current.valid_from == day else changes.close).append(current.id)
    elif current.valid_from == day:
        changes.replace.append({"id": current.id, "unit_net": amount})
    else:
        changes.close.append(current.id)
        _open(changes, product_id, step, amount, day, current.valid_to)
    return True


def _open(changes: _Changes, product_id: int, step: Step, amount: Decimal, start: date, end: date | None) -> None:
    values = {"product_id": product_id, "charge": step[0], "min_quantity": step[1], "unit_net": amount}
    changes.open.append({**values, "valid_from": start, "valid_to": end})


def _apply(session: Session, changes: _Changes, day: date) -> None:
    if changes.remove:
        session.execute(delete(Price).where(Price.id.in_(changes.remove)), execution_options={"synchronize_session": False})
    if changes.close:
        statement = update(Price).where(Price.id.in_(changes.close)).values(valid_to=day)
        session.execute(statement, execution_options={"synchronize_session": False})
    if changes.replace:
        session.execute(update(Price), changes.replace)
    if changes.open:
        session.execute(insert(Price), changes.open)
