"""Approved means handed over: confirmation, queue, commitment and mail, or it is not approved (rule 4 of the domain)."""

from collections.abc import Iterator

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from webshop.cart.models import Cart, CartState
from webshop.documents.models import Document, DocumentKind
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order, OrderLine, OrderLineShare
from webshop.orders.states import OrderState
from webshop.organisations.models import Commitment
from webshop.outbox.models import OutboxAttachment, OutboxMail
from webshop.verification.rules import rule, same_id

APPROVED = (OrderState.APPROVED, OrderState.COMPLETED, OrderState.CANCELLED)
"""States that an order reaches only through approval."""
OVER = (EntryState.DONE, EntryState.CANCELLED)

approved_orders = select(Order.id).where(Order.state.in_(APPROVED))


@rule("one-cart-one-order", "Ein Warenkorb ergibt eine Bestellung, und nur ein bestellter Warenkorb ergibt eine.", Cart)
def carts_and_orders(session: Session) -> Iterator[str]:
    """R-2, R-3."""
    for number in session.scalars(
        select(Order.number).join(Cart, Cart.id == Order.cart_id).where(Cart.state != CartState.ORDERED)
    ):
        yield f"Bestellung {number}: ihr Warenkorb ist noch offen"
    lost = select(Cart.id).where(Cart.state == CartState.ORDERED, ~exists().where(Order.cart_id == Cart.id))
    for id in session.scalars(lost):
        yield f"Warenkorb {id}: bestellt, aber ohne Bestellung"


@rule("queue-entries", "Jede Position einer freigegebenen Bestellung hat einen Auftrag in der Abwicklung.", approved_orders)
def lines_have_entries(session: Session) -> Iterator[str]:
    """R-10: one entry per line."""
    statement = (
        select(Order.number, OrderLine.position)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.state.in_(APPROVED), ~exists().where(FulfilmentEntry.order_line_id == OrderLine.id))
    )
    for number, position in session.execute(statement):
        yield f"Bestellung {number}, Position {position}"


@rule(
    "no-entry-without-approval",
    "Kein Auftrag in der Abwicklung ohne Freigabe, keiner arbeitet an einer stornierten Bestellung.",
    FulfilmentEntry,
)
def entries_are_approved(session: Session) -> Iterator[str]:
    """R-10, the other way round."""
    wrong = or_(
        Order.id.is_(None),
        Order.state.not_in(APPROVED),
        FulfilmentEntry.order_id != OrderLine.order_id,
        and_(Order.state == OrderState.CANCELLED, FulfilmentEntry.state != EntryState.CANCELLED),
    )
    statement = (
        select(FulfilmentEntry.id, FulfilmentEntry.order_number)
        .outerjoin(OrderLine, OrderLine.id == FulfilmentEntry.order_line_id)
        .outerjoin(Order, Order.id == FulfilmentEntry.order_id)
        .where(wrong)
    )
    for id, number in session.execute(statement):
        yield f"Auftrag {id} zu Bestellung {number}"


@rule("completion", "Abgeschlossen ist eine Bestellung genau dann, wenn alle ihre Aufträge erledigt sind.", approved_orders)
def completed_when_done(session: Session) -> Iterator[str]:
    """The last entry completes the order in its own transaction."""
    still_open = exists().where(FulfilmentEntry.order_id == Order.id, FulfilmentEntry.state.not_in(OVER))
    any_entry = exists().where(FulfilmentEntry.order_id == Order.id)
    wrong = or_(
        and_(Order.state == OrderState.COMPLETED, still_open), and_(Order.state == OrderState.APPROVED, any_entry, ~still_open)
    )
    for number in session.scalars(select(Order.number).where(wrong)):
        yield f"Bestellung {number}"


@rule("confirmations", "Jede freigegebene Bestellung hat ihre Auftragsbestätigung, und keine andere hat eine.", Order)
def confirmations_exist(session: Session) -> Iterator[str]:
    """Promised in the approval's transaction, under the number that the order names."""
    document = exists().where(
        Document.kind == DocumentKind.ORDER_CONFIRMATION,
        Document.number == Order.confirmation_number,
        Document.organisation_id == Order.organisation_id,
        Document.subject_kind == "order",
        same_id(Document.subject_id, Order.id),
    )
    wrong = or_(
        and_(Order.state.in_(APPROVED), ~document), and_(Order.state.not_in(APPROVED), Order.confirmation_number.is_not(None))
    )
    for number, confirmation in session.execute(select(Order.number, Order.confirmation_number).where(wrong)):
        yield f"Bestellung {number}: Bestätigung {confirmation or 'fehlt'}"


@rule(
    "confirmation-mails",
    "Zu jeder Auftragsbestätigung ist eine E-Mail an die bestellende Person versprochen.",
    select(Document.id).where(Document.kind == DocumentKind.ORDER_CONFIRMATION),
)
def confirmations_are_mailed(session: Session) -> Iterator[str]:
    """Written in the transaction whose outcome it reports."""
    mailed = exists().where(OutboxAttachment.document_id == Document.id, OutboxMail.id == OutboxAttachment.mail_id)
    for number in session.scalars(select(Document.number).where(Document.kind == DocumentKind.ORDER_CONFIRMATION, ~mailed)):
        yield f"Auftragsbestätigung {number}"


@rule("bound-funds", "Jede Kostenstelle, die eine Bestellung mitträgt, hat dafür eine Mittelbindung.", Order)
def funds_are_bound(session: Session) -> Iterator[str]:
    """HÜL: from submission on."""
    bound = exists().where(Commitment.reference == Order.number, Commitment.cost_centre_id == OrderLineShare.cost_centre_id)
    statement = (
        select(Order.number, OrderLineShare.number)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(OrderLineShare, OrderLineShare.line_id == OrderLine.id)
        .where(~bound)
        .distinct()
    )
    for number, cost_centre in session.execute(statement):
        yield f"Bestellung {number}, Kostenstelle {cost_centre}"


RULES = (
    carts_and_orders,
    lines_have_entries,
    entries_are_approved,
    completed_when_done,
    confirmations_exist,
    confirmations_are_mailed,
    funds_are_bound,
)
