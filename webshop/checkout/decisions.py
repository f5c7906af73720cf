"""Deciding about a submitted order, and everything that comes with it, in one transaction or not at all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from webshop.accounts.models import Person
from webshop.approvals import services as approvals
from webshop.approvals.errors import ContentChanged, NoSuchCase, ReasonMissing
from webshop.approvals.models import ApprovalCase, ApprovalDecision, ApprovalQuestion, ApprovalStep
from webshop.approvals.routes import Approver, plan
from webshop.approvals.states import CaseState, Outcome, StepState
from webshop.catalog import contracts, stock
from webshop.checkout import content
from webshop.checkout.notices import ask_approvers, tell_approver, tell_person
from webshop.config import Provider
from webshop.core import numbers
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.i18n import N_
from webshop.documents import services as documents
from webshop.documents.models import DocumentKind
from webshop.fulfilment import services as fulfilment
from webshop.orders import mails, pdf
from webshop.orders import services as orders
from webshop.orders.models import Order, OrderLine
from webshop.organisations import budgets
from webshop.organisations.models import Organisation


def load(session: Session, order_id: UUID) -> Order:
    """An order with all its lines, for deciding; the caller has checked that the person may see it."""
    return session.scalars(
        select(Order)
        .where(Order.id == order_id)
        .options(
            joinedload(Order.buyer),
            selectinload(Order.lines).options(
                selectinload(OrderLine.deliveries), selectinload(OrderLine.shares), selectinload(OrderLine.parts)
            ),
        )
        .execution_options(populate_existing=True)
    ).one()


def decide(
    session: Session,
    order: Order,
    *,
    actor: Actor,
    now: datetime,
    provider: Provider,
    outcome: Outcome,
    comment: str,
    content_hash: str,
) -> CaseState:
    """Grant or refuse; `content_hash` is what the page showed. Returns the case's state: open where more must decide.

    Raises the errors of `approvals.services.decide`; ContentChanged also where the order itself was altered.
    """
    case = _case(session, order)
    approvals.lock(session, case)
    order = load(session, order.id)
    if content.ordered(order) != case.content_hash:
        raise ContentChanged
    state = approvals.decide(session, case, actor=actor, now=now, outcome=outcome, comment=comment, content_hash=content_hash)
    if state == CaseState.GRANTED:
        approve(session, order, actor=actor, now=now, provider=provider, reason=comment)
    elif state == CaseState.REFUSED:
        orders.move(session, order, "refuse", actor=actor, now=now, reason=comment.strip())
        _let_go(session, order)
        tell_person(session, order, order.buyer, mails.refused(order, comment.strip()), now=now)
    else:
        ask_approvers(session, order, _next_approvers(session, order, case, now), now=now)
    return state


def approve(session: Session, order: Order, *, actor: Actor | None, now: datetime, provider: Provider, reason: str = "") -> None:
    """Confirmation, queue entries, commitment and mail come with the approval, or there is none (rule 4 of the domain).

    `actor` None: the rules ask for nobody's approval.
    """
    number = numbers.draw(session, "AB", now=now)
    orders.move(session, order, "approve", actor=actor, now=now, reason=reason, confirmation_number=number)
    budgets.commit(session, order.number)
    fulfilment.enqueue(session, order, now=now)
    organisation = session.get_one(Organisation, order.organisation_id)
    confirmation = documents.promise_document(
        session,
        kind=DocumentKind.ORDER_CONFIRMATION,
        number=number,
        organisation_id=order.organisation_id,
        subject=("order", order.id),
        filename=f"Auftragsbestaetigung-{number}.pdf",
        snapshot=pdf.confirmation_snapshot(order, provider=provider, now=now, payment_terms_days=organisation.payment_terms_days),
        now=now,
    )
    tell_person(session, order, order.buyer, mails.approved(order), now=now, attachments=[confirmation])


def ask(session: Session, order: Order, *, actor: Actor, now: datetime, question: str) -> ApprovalQuestion:
    """Ask the buyer something; the order waits."""
    asked = approvals.ask(session, _case(session, order), actor=actor, now=now, question=question)
    order = load(session, order.id)
    tell_person(session, order, order.buyer, mails.question(order, actor.name, asked.question), now=now)
    return asked


def answer(session: Session, order: Order, question_id: UUID, *, actor: Actor, now: datetime, text: str) -> ApprovalQuestion:
    """Answer a question; whoever asked is told."""
    answered = approvals.answer(session, _case(session, order), question_id, actor=actor, now=now, text=text)
    asker = session.get_one(Person, answered.asked_by_id)
    tell_approver(session, order, asker, mails.answered(order, actor.name, answered.answer or ""), now=now)
    return answered


def withdraw(session: Session, order: Order, *, actor: Actor, now: datetime, reason: str) -> None:
    """The buyer takes a submitted order back; those who were to decide are told."""
    case = _case(session, order)
    approvals.withdraw(session, case, actor=actor, now=now)
    order = load(session, order.id)
    orders.move(session, order, "withdraw", actor=actor, now=now, reason=reason.strip())
    waiting = _next_approvers(session, order, case, now)
    _let_go(session, order)
    for person in session.scalars(select(Person).where(Person.id.in_([approver.person_id for approver in waiting]))):
        tell_approver(session, order, person, mails.withdrawn(order), now=now)


def cancel(session: Session, order: Order, *, actor: Actor, now: datetime, reason: str) -> None:
    """Sales cancels an approved order of which nothing was begun: stock, contract and budget are free again, once."""
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(N_("Geben Sie an, warum storniert wird."))
    order = load(session, order.id)
    orders.move(session, order, "cancel", actor=actor, now=now, reason=reason)
    fulfilment.cancel_entries(session, order, actor=actor, now=now, reason=reason)
    _let_go(session, order)
    tell_person(session, order, order.buyer, mails.cancelled(order, reason), now=now)


def _let_go(session: Session, order: Order) -> None:
    """Give back what the order held."""
    lines = [line.id for line in order.lines]
    stock.release(session, lines)
    contracts.release(session, lines)
    budgets.release(session, order.number)


def _case(session: Session, order: Order) -> ApprovalCase:
    case = session.scalar(select(ApprovalCase).where(ApprovalCase.subject_kind == "order", ApprovalCase.subject_id == order.id))
    if case is None:
        raise NoSuchCase
    return case


def _next_approvers(session: Session, order: Order, case: ApprovalCase, now: datetime) -> Sequence[Approver]:
    """Who may decide the open steps of the lowest stage and has not decided yet."""
    steps = session.scalars(select(ApprovalStep).where(ApprovalStep.case_id == case.id)).all()
    still_open = [step for step in steps if step.state == StepState.OPEN]
    if not still_open:
        return []
    stage = min(step.stage for step in still_open)
    keys = {step.cost_centre_id for step in still_open if step.stage == stage}
    decided = set(session.scalars(select(ApprovalDecision.person_id).where(ApprovalDecision.case_id == case.id)))
    planned = plan(
        session,
        session.get_one(Organisation, order.organisation_id),
        requester_id=case.requester_id,
        value_net=case.value_net,
        cost_centre_ids=[step.cost_centre_id for step in steps if step.cost_centre_id is not None],
        day=berlin_date(now),
    )
    found = {
        approver.person_id: approver
        for step in planned
        if step.stage == stage and step.cost_centre_id in keys
        for approver in step.approvers
        if approver.person_id not in decided
    }
    return list(found.values())
