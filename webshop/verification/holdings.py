"""What is limited is never promised twice: stock, contracts, budgets."""

from collections.abc import Iterator

from sqlalchemy import Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from webshop.catalog.contract_models import ContractReservation, FrameworkContract
from webshop.catalog.models import Product, ProductKind, ReservationState, Stock, StockMovement, StockReservation
from webshop.core.money import ZERO
from webshop.orders.models import Order, OrderLine
from webshop.orders.states import OrderState
from webshop.organisations.models import Budget, Commitment, CommitmentState, CostCentre
from webshop.verification.rules import rule

HOLDS = (OrderState.SUBMITTED, OrderState.APPROVED, OrderState.COMPLETED)
"""States in which an order holds what it reserved."""


@rule("stock", "Verfügbar ist, was einging, abzüglich dessen, was reserviert ist, und nie weniger als nichts.", Stock)
def stock_adds_up(session: Session) -> Iterator[str]:
    """Movements minus held reservations."""
    moved = select(func.coalesce(func.sum(StockMovement.quantity), 0)).where(StockMovement.product_id == Stock.product_id)
    held = select(func.coalesce(func.sum(StockReservation.quantity), 0)).where(
        StockReservation.product_id == Stock.product_id, StockReservation.state == ReservationState.HELD
    )
    expected = moved.scalar_subquery() - held.scalar_subquery()
    statement = (
        select(Product.number, Stock.available, cast(expected, Integer))
        .join(Stock, Stock.product_id == Product.id)
        .where(or_(Stock.available != expected, Stock.available < 0))
    )
    for number, available, wanted in session.execute(statement):
        yield f"Artikel {number}: {available} statt {wanted}"


@rule("reservations", "Reserviert ist nur für Bestellungen, die noch gelten.", StockReservation)
def reservations_belong(session: Session) -> Iterator[str]:
    """Refused, withdrawn and cancelled orders hold nothing, the others hold all they reserved; contracts alike."""
    for kind, row in (("Bestand", StockReservation), ("Rahmenvertrag", ContractReservation)):
        wrong = or_(
            Order.id.is_(None),
            and_(row.state == ReservationState.HELD, Order.state.not_in(HOLDS)),
            and_(row.state == ReservationState.RELEASED, Order.state.in_(HOLDS)),
        )
        statement = (
            select(row.id, Order.number)
            .outerjoin(OrderLine, OrderLine.id == row.order_line_id)
            .outerjoin(Order, Order.id == OrderLine.order_id)
            .where(wrong)
        )
        for id, number in session.execute(statement):
            yield f"{kind}: Reservierung {id}, Bestellung {number or 'fehlt'}"


@rule(
    "in-stock",
    "Was eine Position als ab Lager zusagt, ist für sie reserviert.",
    select(OrderLine.id).where(OrderLine.kind == ProductKind.HARDWARE),
)
def lines_in_stock(session: Session) -> Iterator[str]:
    """For articles that are pieces themselves; bundles hold their parts."""
    held = (
        select(func.coalesce(func.sum(StockReservation.quantity), 0))
        .where(
            StockReservation.order_line_id == OrderLine.id,
            StockReservation.product_id == OrderLine.product_id,
            StockReservation.state == ReservationState.HELD,
        )
        .scalar_subquery()
    )
    statement = (
        select(Order.number, OrderLine.position)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(OrderLine.kind == ProductKind.HARDWARE, Order.state.in_(HOLDS), OrderLine.in_stock != held)
    )
    for number, position in session.execute(statement):
        yield f"Bestellung {number}, Position {position}"


@rule(
    "contracts",
    "Abgerufen ist je Rahmenvertrag der Anfangswert und was Bestellungen halten, nie mehr als der Höchstwert.",
    FrameworkContract,
)
def contracts_add_up(session: Session) -> Iterator[str]:
    """VgV § 21, CJEU C-23/20."""
    held = (
        select(func.coalesce(func.sum(ContractReservation.value), ZERO, type_=FrameworkContract.used_value.type))
        .where(ContractReservation.contract_id == FrameworkContract.id, ContractReservation.state == ReservationState.HELD)
        .scalar_subquery()
    )
    expected = FrameworkContract.opening_value + held
    statement = select(FrameworkContract.number, FrameworkContract.used_value, FrameworkContract.max_value).where(
        or_(FrameworkContract.used_value != expected, FrameworkContract.used_value > FrameworkContract.max_value)
    )
    for number, used, most in session.execute(statement):
        yield f"Rahmenvertrag {number}: abgerufen {used} von {most}"


@rule(
    "call-offs",
    "Jede Position mit Rahmenvertrag hat dort genau ihren Wert abgerufen.",
    select(OrderLine.id).where(OrderLine.contract_number != ""),
)
def call_offs_match(session: Session) -> Iterator[str]:
    """The value of the line, in the contract that it names."""
    months = func.coalesce(func.nullif(OrderLine.minimum_term_months, 0), 1)
    value = OrderLine.net + OrderLine.monthly_net * months
    statement = (
        select(Order.number, OrderLine.position)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(ContractReservation, ContractReservation.order_line_id == OrderLine.id)
        .outerjoin(FrameworkContract, FrameworkContract.id == ContractReservation.contract_id)
        .where(
            func.coalesce(FrameworkContract.number, "") != OrderLine.contract_number,
        )
    )
    off = (
        select(Order.number, OrderLine.position)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(ContractReservation, ContractReservation.order_line_id == OrderLine.id)
        .where(ContractReservation.value != value)
    )
    for query in (statement, off):
        for number, position in session.execute(query):
            yield f"Bestellung {number}, Position {position}"


@rule(
    "budgets",
    "Reserviert und gebunden ist in jedem Budget die Summe seiner Mittelbindungen; harte Budgets sind nie überzogen.",
    Budget,
)
def budgets_add_up(session: Session) -> Iterator[str]:
    """What orders bind of a budget, by state."""

    def bound(state: CommitmentState):  # type: ignore[no-untyped-def] # a scalar subquery
        return (
            select(func.coalesce(func.sum(Commitment.amount), ZERO, type_=Budget.amount.type))
            .where(Commitment.cost_centre_id == Budget.cost_centre_id, Commitment.year == Budget.year, Commitment.state == state)
            .scalar_subquery()
        )

    statement = (
        select(CostCentre.number, Budget.year)
        .join(Budget, Budget.cost_centre_id == CostCentre.id)
        .where(
            or_(
                Budget.reserved != bound(CommitmentState.RESERVED),
                Budget.committed != bound(CommitmentState.COMMITTED),
                and_(Budget.hard, Budget.spent + Budget.reserved + Budget.committed > Budget.amount),
            )
        )
    )
    for number, year in session.execute(statement):
        yield f"Kostenstelle {number}, Haushaltsjahr {year}"


@rule("commitments", "Jede Mittelbindung steht so, wie ihre Bestellung steht.", Commitment)
def commitments_follow(session: Session) -> Iterator[str]:
    """Submitted reserves, approved commits, everything else lets go."""
    expected = case(
        (Order.state == OrderState.SUBMITTED, CommitmentState.RESERVED),
        (Order.state.in_([OrderState.APPROVED, OrderState.COMPLETED]), CommitmentState.COMMITTED),
        else_=CommitmentState.RELEASED,
    )
    statement = (
        select(Commitment.reference)
        .outerjoin(Order, Order.number == Commitment.reference)
        .where(or_(Order.id.is_(None), Commitment.state != expected))
    )
    for reference in session.scalars(statement):
        yield f"Bestellung {reference}"


RULES = (
    stock_adds_up,
    reservations_belong,
    lines_in_stock,
    contracts_add_up,
    call_offs_match,
    budgets_add_up,
    commitments_follow,
)
