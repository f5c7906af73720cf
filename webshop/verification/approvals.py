"""Decisions: four eyes, once, about exactly what was ordered."""

from collections.abc import Iterator

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from webshop.approvals.models import ApprovalCase, ApprovalDecision, ApprovalStep
from webshop.approvals.states import CaseState, Outcome, StepState
from webshop.checkout import content
from webshop.orders.models import Order, OrderLine
from webshop.orders.states import OrderState
from webshop.verification.rules import rule

STEP = 200

order_cases = select(ApprovalCase.id).where(ApprovalCase.subject_kind == "order")


@rule("four-eyes", "Niemand entscheidet über die eigene Bestellung, und niemand zweimal in einem Vorgang.", ApprovalDecision)
def four_eyes(session: Session) -> Iterator[str]:
    """Guaranteed by constraints; asked all the same."""
    own = (
        select(ApprovalCase.subject_number)
        .join(ApprovalDecision, ApprovalDecision.case_id == ApprovalCase.id)
        .where(ApprovalDecision.person_id == ApprovalCase.requester_id)
    )
    twice = (
        select(ApprovalCase.subject_number)
        .join(ApprovalDecision, ApprovalDecision.case_id == ApprovalCase.id)
        .group_by(ApprovalCase.id, ApprovalDecision.person_id)
        .having(func.count(ApprovalDecision.id) > 1)
    )
    yield from _named(session, own, "selbst entschieden")
    yield from _named(session, twice, "zweimal entschieden")


@rule(
    "steps", "Jeder entschiedene Freigabeschritt hat eine Entscheidung desselben Vorgangs mit demselben Ergebnis.", ApprovalStep
)
def steps_are_decided(session: Session) -> Iterator[str]:
    """No step closes by itself."""
    wrong = or_(
        and_(ApprovalStep.state == StepState.OPEN, ApprovalStep.decision_id.is_not(None)),
        and_(
            ApprovalStep.state != StepState.OPEN,
            or_(
                ApprovalDecision.id.is_(None),
                ApprovalDecision.case_id != ApprovalStep.case_id,
                and_(ApprovalStep.state == StepState.GRANTED, ApprovalDecision.outcome != Outcome.GRANTED),
                and_(ApprovalStep.state == StepState.REFUSED, ApprovalDecision.outcome != Outcome.REFUSED),
            ),
        ),
    )
    statement = (
        select(ApprovalCase.subject_number, ApprovalStep.stage, ApprovalStep.position)
        .join(ApprovalStep, ApprovalStep.case_id == ApprovalCase.id)
        .outerjoin(ApprovalDecision, ApprovalDecision.id == ApprovalStep.decision_id)
        .where(wrong)
    )
    for number, stage, position in session.execute(statement):
        yield f"Freigabe {number}, Stufe {stage}, Schritt {position}"


@rule(
    "cases", "Ein Vorgang ist freigegeben, wenn alle Schritte es sind, abgelehnt nach einer Ablehnung, sonst offen.", ApprovalCase
)
def cases_follow_steps(session: Session) -> Iterator[str]:
    """The case's state is read off its steps, unless the submission was taken back."""

    def step(state: StepState) -> Select[int]:
        return select(ApprovalStep.stage).where(ApprovalStep.case_id == ApprovalCase.id, ApprovalStep.state == state)

    expected = case(
        (exists(step(StepState.REFUSED)), CaseState.REFUSED),
        (exists(step(StepState.OPEN)), CaseState.OPEN),
        else_=CaseState.GRANTED,
    )
    wrong = or_(
        and_(ApprovalCase.state != CaseState.WITHDRAWN, ApprovalCase.state != expected),
        and_(ApprovalCase.state == CaseState.OPEN, ApprovalCase.closed_at.is_not(None)),
        and_(ApprovalCase.state != CaseState.OPEN, ApprovalCase.closed_at.is_(None)),
    )
    yield from _named(session, select(ApprovalCase.subject_number).where(wrong))


@rule("orders-follow-cases", "Der Stand jeder Bestellung folgt ihrer Freigabe.", order_cases)
def orders_follow_cases(session: Session) -> Iterator[str]:
    """Submitted while open; approved, refused, withdrawn as decided; without a case only what needs no approval."""
    expected = case(
        (Order.state == OrderState.SUBMITTED, CaseState.OPEN),
        (Order.state == OrderState.REFUSED, CaseState.REFUSED),
        (Order.state == OrderState.WITHDRAWN, CaseState.WITHDRAWN),
        else_=CaseState.GRANTED,
    )
    mine = and_(ApprovalCase.subject_kind == "order", ApprovalCase.subject_id == Order.id)
    undecided = Order.state.in_([OrderState.SUBMITTED, OrderState.REFUSED])
    statement = (
        select(Order.number)
        .outerjoin(ApprovalCase, mine)
        .where(
            or_(and_(ApprovalCase.id.is_(None), undecided), and_(ApprovalCase.id.is_not(None), ApprovalCase.state != expected))
        )
    )
    for number in session.scalars(statement):
        yield f"Bestellung {number}"


@rule("decided-content", "Freigegeben ist genau das, was bestellt ist: Positionen, Preise, Adressen, Kostenstellen.", Order)
def decided_content(session: Session) -> Iterator[str]:
    """The hash of the order as it stands now is the one that case and decisions are bound to (S-5, R-20)."""
    found, decided = aliased(ApprovalCase), aliased(ApprovalDecision)
    differs = (
        select(Order.number)
        .join(found, and_(found.subject_kind == "order", found.subject_id == Order.id))
        .outerjoin(decided, decided.case_id == found.id)
        .where(or_(found.content_hash != Order.content_hash, decided.content_hash != Order.content_hash))
        .distinct()
    )
    for number in session.scalars(differs):
        yield f"Bestellung {number}: entschieden wurde über etwas anderes"
    everything = (
        select(Order)
        .options(selectinload(Order.lines).options(selectinload(OrderLine.shares), selectinload(OrderLine.deliveries)))
        .execution_options(yield_per=STEP)
    )
    for order in session.scalars(everything):
        if content.ordered(order) != order.content_hash:
            yield f"Bestellung {order.number}: nachträglich geändert"
        session.expunge(order)


def _named(session: Session, statement: Select[str], words: str = "") -> Iterator[str]:
    for number in session.scalars(statement):
        yield f"Freigabe {number}" + (f": {words}" if words else "")


RULES = (four_eyes, steps_are_decided, cases_follow_steps, orders_follow_cases, decided_content)
