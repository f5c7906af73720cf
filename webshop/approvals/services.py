"""Opening cases, deciding, asking, answering, withdrawing."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webshop.approvals.errors import AlreadyDecided, ContentChanged, NotYours, OwnSubmission, ReasonMissing
from webshop.approvals.models import ApprovalCase, ApprovalDecision, ApprovalQuestion, ApprovalStep
from webshop.approvals.queries import decidable_steps
from webshop.approvals.routes import PlannedStep
from webshop.approvals.states import CASE_WORKFLOW, CaseState, Outcome, StepState
from webshop.audit import services as audit
from webshop.core.actor import Actor
from webshop.core.errors import Conflict, Invalid
from webshop.core.i18n import N_

MAX_TEXT = 1000


def open_case(
    session: Session,
    *,
    subject: tuple[str, UUID, str],
    title: str,
    organisation_id: UUID,
    requester_id: UUID,
    value_net: Decimal,
    content_hash: str,
    steps: Sequence[PlannedStep],
    now: datetime,
) -> ApprovalCase:
    """Ask for the planned steps. `subject` is the record's kind, id and number."""
    case = ApprovalCase(
        organisation_id=organisation_id,
        subject_kind=subject[0],
        subject_id=subject[1],
        subject_number=subject[2],
        title=title,
        value_net=value_net,
        requester_id=requester_id,
        content_hash=content_hash,
        opened_at=now,
    )
    session.add(case)
    session.flush()
    for position, step in enumerate(steps, start=1):
        session.add(
            ApprovalStep(
                organisation_id=organisation_id,
                case_id=case.id,
                stage=step.stage,
                position=position,
                rule=step.rule[:200],
                cost_centre_id=step.cost_centre_id,
            )
        )
    session.flush()
    return case


def lock(session: Session, case: ApprovalCase) -> None:
    """Hold the case's row until the transaction ends, and read it anew: decisions about one case come one after the other."""
    session.execute(
        select(ApprovalCase).where(ApprovalCase.id == case.id).with_for_update().execution_options(populate_existing=True)
    )


def decide(
    session: Session,
    case: ApprovalCase,
    *,
    actor: Actor,
    now: datetime,
    outcome: Outcome,
    comment: str,
    content_hash: str,
) -> CaseState:
    """Record one person's decision about the content they saw; returns the state the case is in afterwards.

    Raises OwnSubmission, AlreadyDecided, ContentChanged, NotYours or ReasonMissing; the database refuses the rest.
    """
    comment = comment.strip()[:MAX_TEXT]
    lock(session, case)
    if case.requester_id == actor.person_id:
        raise OwnSubmission
    if case.state != CaseState.OPEN:
        raise AlreadyDecided
    if content_hash != case.content_hash:
        raise ContentChanged
    if outcome == Outcome.REFUSED and not comment:
        raise ReasonMissing(N_("Geben Sie an, warum Sie ablehnen. Die bestellende Person erhält die Begründung."))
    decision = _record(session, case, actor=actor, now=now, outcome=outcome, comment=comment)
    _close_steps(session, case, decision, actor)
    audit.record(
        session,
        f"approval.{outcome}",
        subject=(case.subject_kind, case.subject_id, case.subject_number),
        actor=actor,
        now=now,
        organisation_id=case.organisation_id,
        reason=comment,
        after={"case": str(case.id), "content_hash": content_hash},
    )
    still_open = select(ApprovalStep.id).where(ApprovalStep.case_id == case.id, ApprovalStep.state == StepState.OPEN)
    if outcome == Outcome.REFUSED:
        _move(session, case, "refuse", now=now)
    elif not session.scalar(still_open.limit(1)):
        _move(session, case, "grant", now=now)
    return case.state


def ask(session: Session, case: ApprovalCase, *, actor: Actor, now: datetime, question: str) -> ApprovalQuestion:
    """Send a question back to the person who submitted; the case stays open."""
    question = question.strip()[:MAX_TEXT]
    lock(session, case)
    if case.requester_id == actor.person_id:
        raise OwnSubmission
    if case.state != CaseState.OPEN:
        raise AlreadyDecided
    if not decidable_steps(session, case, actor.person_id):
        raise NotYours
    if not question:
        raise ReasonMissing(N_("Schreiben Sie, was Sie wissen möchten."))
    asked = ApprovalQuestion(case_id=case.id, asked_by_id=actor.person_id, question=question, asked_at=now)
    session.add(asked)
    _note(session, case, "approval.asked", actor=actor, now=now, reason=question)
    session.flush()
    return asked


def answer(
    session: Session, case: ApprovalCase, question_id: UUID, *, actor: Actor, now: datetime, text: str
) -> ApprovalQuestion:
    """Answer an open question of an open case; only the person who submitted does."""
    text = text.strip()[:MAX_TEXT]
    lock(session, case)
    if case.requester_id != actor.person_id:
        raise NotYours
    if case.state != CaseState.OPEN:
        raise AlreadyDecided
    if not text:
        raise Invalid(N_("Schreiben Sie eine Antwort."), field="answer")
    changed = session.scalar(
        update(ApprovalQuestion)
        .where(ApprovalQuestion.id == question_id, ApprovalQuestion.case_id == case.id, ApprovalQuestion.answered_at.is_(None))
        .values(answer=text, answered_at=now, answered_by_id=actor.person_id)
        .returning(ApprovalQuestion)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if changed is None:
        raise Conflict(N_("Diese Rückfrage ist bereits beantwortet."))
    _note(session, case, "approval.answered", actor=actor, now=now, reason=text)
    return changed


def withdraw(session: Session, case: ApprovalCase, *, actor: Actor, now: datetime) -> None:
    """Take the submission back before it is decided."""
    lock(session, case)
    if case.state != CaseState.OPEN:
        raise AlreadyDecided
    if case.requester_id != actor.person_id:
        raise NotYours
    _move(session, case, "withdraw", now=now)


def _record(
    session: Session, case: ApprovalCase, *, actor: Actor, now: datetime, outcome: Outcome, comment: str
) -> ApprovalDecision:
    decision = ApprovalDecision(
        case_id=case.id,
        requester_id=case.requester_id,
        person_id=actor.person_id,
        outcome=outcome,
        comment=comment,
        content_hash=case.content_hash,
        decided_at=now,
    )
    if session.scalar(
        select(ApprovalDecision.id).where(ApprovalDecision.case_id == case.id, ApprovalDecision.person_id == actor.person_id)
    ):
        raise AlreadyDecided
    steps = decidable_steps(session, case, actor.person_id)
    if not steps:
        raise NotYours
    session.add(decision)
    try:
        session.flush()
    except IntegrityError as error:
        raise AlreadyDecided from error
    return decision


def _close_steps(session: Session, case: ApprovalCase, decision: ApprovalDecision, actor: Actor) -> None:
    """A person's decision closes every step of the current stage that they may decide."""
    state = StepState.GRANTED if decision.outcome == Outcome.GRANTED else StepState.REFUSED
    for step in decidable_steps(session, case, actor.person_id):
        step.state = state
        step.decision_id = decision.id
    session.flush()


def _move(session: Session, case: ApprovalCase, step: str, *, now: datetime) -> None:
    source, target = case.state, CASE_WORKFLOW.target(step, case.state)
    moved = session.scalar(
        update(ApprovalCase)
        .where(ApprovalCase.id == case.id, ApprovalCase.state == source)
        .values(state=target, closed_at=now)
        .returning(ApprovalCase.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise AlreadyDecided
    session.refresh(case, ["state", "closed_at"])


def _note(session: Session, case: ApprovalCase, action: str, *, actor: Actor, now: datetime, reason: str) -> None:
    audit.record(
        session,
        action,
        subject=(case.subject_kind, case.subject_id, case.subject_number),
        actor=actor,
        now=now,
        organisation_id=case.organisation_id,
        reason=reason,
    )
