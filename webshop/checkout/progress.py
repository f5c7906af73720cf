"""Where an order stands: the steps on its page, what waits for whom, how far each line is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from webshop.approvals.models import ApprovalCase, ApprovalQuestion, ApprovalStep
from webshop.approvals.states import CaseState, StepState
from webshop.core.i18n import N_
from webshop.documents.models import Document, DocumentState
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order
from webshop.orders.states import OrderState

DONE, CURRENT, OPEN, FAILED = "done", "current", "open", "failed"
ENDED = {OrderState.REFUSED: N_("Abgelehnt"), OrderState.WITHDRAWN: N_("Zurückgezogen")}


@dataclass(frozen=True)
class Stage:
    """One step on the way of an order: its label, `done`, `current`, `open` or `failed`, when, and what is to be said."""

    label: str
    state: str
    at: datetime | None = None
    note: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """What an order in approval waits for."""

    rules: tuple[str, ...] = ()
    question: ApprovalQuestion | None = None


def lines_progress(session: Session, order: Order) -> Mapping[UUID, EntryState]:
    """How far each line is with warehouse or service desk; empty before the approval."""
    statement = select(FulfilmentEntry.order_line_id, FulfilmentEntry.state).where(FulfilmentEntry.order_id == order.id)
    return {row.order_line_id: row.state for row in session.execute(statement)}


def waiting_for(session: Session, order: Order) -> Waiting:
    """The open steps of the approval and the oldest question without an answer; one statement."""
    rows = session.execute(
        select(ApprovalStep.rule, ApprovalQuestion)
        .select_from(ApprovalCase)
        .join(ApprovalStep, and_(ApprovalStep.case_id == ApprovalCase.id, ApprovalStep.state == StepState.OPEN))
        .outerjoin(ApprovalQuestion, and_(ApprovalQuestion.case_id == ApprovalCase.id, ApprovalQuestion.answered_at.is_(None)))
        .where(
            ApprovalCase.subject_kind == "order",
            ApprovalCase.subject_id == order.id,
            ApprovalCase.organisation_id == order.organisation_id,
            ApprovalCase.state == CaseState.OPEN,
        )
        .order_by(ApprovalStep.stage, ApprovalStep.position, ApprovalQuestion.asked_at)
    ).all()
    questions = [question for _rule, question in rows if question is not None]
    return Waiting(tuple(dict.fromkeys(rule for rule, _question in rows)), questions[0] if questions else None)


def stages(order: Order, documents: Sequence[Document], lines: Mapping[UUID, EntryState]) -> list[Stage]:
    """Submitted, approved, confirmed, delivered; where it ended early, the step that ended it is the last."""
    found = [Stage(N_("Eingereicht"), DONE, order.submitted_at)]
    if order.state in ENDED:
        return [*found, Stage(ENDED[order.state], FAILED, order.decided_at)]
    if order.state == OrderState.SUBMITTED:
        found.append(Stage(N_("Freigegeben"), CURRENT, note=N_("in Prüfung")))
    else:
        found.append(Stage(N_("Freigegeben"), DONE, order.decided_at))
    confirmed = _confirmed(order, documents)
    found.append(confirmed)
    if order.state == OrderState.CANCELLED:
        return [*found, Stage(N_("Storniert"), FAILED)]
    return [*found, _delivered(order, lines, reached=confirmed.state == DONE)]


def _confirmed(order: Order, documents: Sequence[Document]) -> Stage:
    label = N_("Bestätigt")
    if order.state == OrderState.SUBMITTED:
        return Stage(label, OPEN)
    document = next((document for document in documents if document.number == order.confirmation_number), None)
    if document is not None and document.state == DocumentState.STORED:
        return Stage(label, DONE, document.stored_at)
    return Stage(label, CURRENT, note=N_("wird erstellt"))


def _delivered(order: Order, lines: Mapping[UUID, EntryState], *, reached: bool) -> Stage:
    label = N_("Geliefert")
    done, total = sum(state == EntryState.DONE for state in lines.values()), len(lines)
    if order.state == OrderState.COMPLETED:
        return Stage(label, DONE, note=N_("alle Positionen"))
    if order.state == OrderState.SUBMITTED or not total:
        return Stage(label, OPEN)
    note = N_("%(done)s von %(total)s Positionen")
    return Stage(label, CURRENT if reached else OPEN, note=note, params={"done": done, "total": total})
