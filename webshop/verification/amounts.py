"""Money: what stands on an order adds up, to the cent."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import ColumnElement, Subquery, exists, func, or_, select
from sqlalchemy.orm import Session

from webshop.core.money import Amount, line_net, totals
from webshop.orders.models import Order, OrderLine, OrderLineDelivery, OrderLineShare
from webshop.verification.rules import rule

STEP = 1000


@rule("order-totals", "Die Summen jeder Bestellung sind die ihrer Positionen, netto und brutto.", select(Order.id))
def order_totals(session: Session) -> Iterator[str]:
    """Net, tax per rate and gross, one-off and monthly (EN 16931)."""
    for number in session.scalars(select(Order.number).where(~exists().where(OrderLine.order_id == Order.id))):
        yield f"Bestellung {number}: ohne Positionen"
    statement = (
        select(
            Order.number,
            Order.net_once,
            Order.gross_once,
            Order.net_monthly,
            Order.gross_monthly,
            OrderLine.vat_rate,
            func.sum(OrderLine.net),
            func.sum(OrderLine.monthly_net),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .group_by(Order.id, OrderLine.vat_rate)
        .order_by(Order.number)
        .execution_options(yield_per=STEP)
    )
    for number, rows in groupby(session.execute(statement), key=lambda row: row[0]):
        shares = list(rows)
        once = totals(Amount(net, rate) for *_, rate, net, _monthly in shares)
        monthly = totals(Amount(net, rate) for *_, rate, _net, net in shares)
        if tuple(shares[0][1:5]) != (once.net, once.gross, monthly.net, monthly.gross):
            yield f"Bestellung {number}: {shares[0][1]} / {shares[0][2]} statt {once.net} / {once.gross}"


@rule("line-nets", "Der Betrag jeder Position ist Preis mal Menge, einmal gerundet.", select(OrderLine.id))
def line_nets(session: Session) -> Iterator[str]:
    """EN 16931 BT-131."""
    statement = select(
        Order.number,
        OrderLine.position,
        OrderLine.unit_net,
        OrderLine.monthly_unit_net,
        OrderLine.quantity,
        OrderLine.price_base_quantity,
        OrderLine.net,
        OrderLine.monthly_net,
    ).join(OrderLine, OrderLine.order_id == Order.id)
    for row in session.execute(statement.execution_options(yield_per=STEP)):
        number, position, unit, monthly_unit, quantity, base, net, monthly_net = row
        if (net, monthly_net) != (line_net(unit, quantity, base), line_net(monthly_unit, quantity, base)):
            yield f"Bestellung {number}, Position {position}"


@rule("order-value", "Der Auftragswert ist einmalig plus monatlich über die Mindestlaufzeit.", select(Order.id))
def order_values(session: Session) -> Iterator[str]:
    """What approval rules look at."""
    months = func.coalesce(func.nullif(OrderLine.minimum_term_months, 0), 1)
    value = func.sum(OrderLine.net + OrderLine.monthly_net * months, type_=Order.value_net.type)
    statement = (
        select(Order.number).join(OrderLine, OrderLine.order_id == Order.id).group_by(Order.id).having(value != Order.value_net)
    )
    for number in session.scalars(statement):
        yield f"Bestellung {number}"


@rule("shares", "Was die Kostenstellen einer Position tragen, ergibt ihren Betrag.", select(OrderLine.id))
def shares_add_up(session: Session) -> Iterator[str]:
    """To the cent, one-off and monthly; every line is borne by somebody."""
    sums = (
        select(
            OrderLineShare.line_id,
            func.sum(OrderLineShare.net, type_=OrderLineShare.net.type).label("net"),
            func.sum(OrderLineShare.monthly_net, type_=OrderLineShare.net.type).label("monthly"),
        )
        .group_by(OrderLineShare.line_id)
        .subquery()
    )
    off = or_(sums.c.line_id.is_(None), sums.c.net != OrderLine.net, sums.c.monthly != OrderLine.monthly_net)
    yield from _lines(session, sums, off)


@rule("deliveries", "Die Mengen je Lieferadresse ergeben die Menge der Position.", select(OrderLine.id))
def deliveries_add_up(session: Session) -> Iterator[str]:
    """Every piece has a place to go to."""
    sums = (
        select(OrderLineDelivery.line_id, func.sum(OrderLineDelivery.quantity).label("quantity"))
        .group_by(OrderLineDelivery.line_id)
        .subquery()
    )
    yield from _lines(session, sums, or_(sums.c.line_id.is_(None), sums.c.quantity != OrderLine.quantity))


def _lines(session: Session, sums: Subquery, off: ColumnElement[bool]) -> Iterator[str]:
    """The lines for which the sums by `line_id` are off."""
    statement = (
        select(Order.number, OrderLine.position)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(sums, sums.c.line_id == OrderLine.id)
        .where(off)
    )
    for number, position in session.execute(statement):
        yield f"Bestellung {number}, Position {position}"


RULES = (order_totals, line_nets, order_values, shares_add_up, deliveries_add_up)
