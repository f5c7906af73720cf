"""Reading approval cases, always for a viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from webshop.accounts.models import Person
from webshop.approvals.errors import NoSuchCase
from webshop.approvals.models import ApprovalCase, ApprovalDecision, ApprovalQuestion, ApprovalStep
from webshop.approvals.states import CaseState, StepState
from webshop.core.actor import Actor, Role
from webshop.core.money import ZERO
from webshop.organisations.models import CostCentrePerson, CostCentreTask

PAGE = 50


class View(StrEnum):
    """The tabs of the inbox; their values stand in the URL."""

    OPEN = "offen"
    QUESTIONS = "rueckfragen"
    DONE = "erledigt"


@dataclass(frozen=True)
class InboxEntry:
    """One line of the inbox."""

    case: ApprovalCase
    requester_name: str
    requester_department: str
    question_open: bool
    question_answered: bool


def assigned_to(person_id: UUID) -> ColumnElement[bool]:
    """Steps that a person may decide: approver of the step's cost centre (or of any of the case's), limit high enough."""
    peer = aliased(ApprovalStep)
    covers = or_(
        CostCentrePerson.cost_centre_id == ApprovalStep.cost_centre_id,
        and_(
            ApprovalStep.cost_centre_id.is_(None),
            exists()
            .where(peer.case_id == ApprovalStep.case_id, peer.cost_centre_id == CostCentrePerson.cost_centre_id)
            .correlate(ApprovalStep, CostCentrePerson),
        ),
    )
    return (
        exists()
        .where(
            CostCentrePerson.person_id == person_id,
            CostCentrePerson.task == CostCentreTask.APPROVE,
            CostCentrePerson.organisation_id == ApprovalStep.organisation_id,
            covers,
            or_(CostCentrePerson.limit_net.is_(None), CostCentrePerson.limit_net >= ApprovalCase.value_net),
        )
        .correlate(ApprovalStep, ApprovalCase)  # SQLAlchemy looks one level up only: the case is two levels up in the inbox
    )


def current_stage() -> ColumnElement[bool]:
    """Open steps with no open step in an earlier stage of their case."""
    earlier = aliased(ApprovalStep)
    return and_(
        ApprovalStep.state == StepState.OPEN,
        ~exists().where(
            earlier.case_id == ApprovalStep.case_id, earlier.stage < ApprovalStep.stage, earlier.state == StepState.OPEN
        ),
    )


def waits_for(viewer: Actor) -> ColumnElement[bool]:
    """Open cases of the viewer's organisation that this person may decide now."""
    decided = exists().where(ApprovalDecision.case_id == ApprovalCase.id, ApprovalDecision.person_id == viewer.person_id)
    step = exists().where(ApprovalStep.case_id == ApprovalCase.id, current_stage(), assigned_to(viewer.person_id))
    return and_(
        ApprovalCase.organisation_id == viewer.organisation_id,
        ApprovalCase.state == CaseState.OPEN,
        ApprovalCase.requester_id != viewer.person_id,
        step.correlate(ApprovalCase),
        ~decided,
    )


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Cases that the viewer may open: all of the house for its approvers, administration and audit; own ones for buyers."""
    own_house = ApprovalCase.organisation_id == viewer.organisation_id
    if viewer.has(Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR):
        return own_house
    return and_(own_house, ApprovalCase.requester_id == viewer.person_id)


def _question(answered: bool) -> ColumnElement[bool]:
    condition = ApprovalQuestion.answered_at.is_not(None) if answered else ApprovalQuestion.answered_at.is_(None)
    return exists().where(ApprovalQuestion.case_id == ApprovalCase.id, condition).correlate(ApprovalCase)


def _in_view(viewer: Actor, view: View) -> ColumnElement[bool]:
    if view == View.OPEN:
        return and_(waits_for(viewer), ~_question(answered=False))
    if view == View.QUESTIONS:
        return and_(waits_for(viewer), _question(answered=False))
    decided = exists().where(ApprovalDecision.case_id == ApprovalCase.id, ApprovalDecision.person_id == viewer.person_id)
    return and_(ApprovalCase.organisation_id == viewer.organisation_id, decided)


def count_open_for(session: Session, viewer: Actor) -> int:
    """How many cases wait for this person's decision."""
    return session.scalar(select(func.count(ApprovalCase.id)).where(waits_for(viewer))) or 0


def inbox_figures(session: Session, viewer: Actor) -> tuple[int, int, Decimal]:
    """Open cases, cases with an open question, and the net value of both together."""
    waiting = _question(answered=False)
    row = session.execute(
        select(
            func.count(ApprovalCase.id).filter(~waiting),
            func.count(ApprovalCase.id).filter(waiting),
            func.coalesce(func.sum(ApprovalCase.value_net), ZERO),
        ).where(waits_for(viewer))
    ).one()
    return row[0], row[1], row[2]


def inbox(session: Session, viewer: Actor, view: View, *, page: int = 1) -> Sequence[InboxEntry]:
    """One page of a tab: what waits longest first; what is done newest first."""
    order = ApprovalCase.closed_at.desc() if view == View.DONE else ApprovalCase.opened_at
    statement = (
        select(ApprovalCase, Person, _question(answered=False), _question(answered=True))
        .join(Person, Person.id == ApprovalCase.requester_id)
        .where(_in_view(viewer, view))
        .order_by(order, ApprovalCase.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [
        InboxEntry(case, person.name, person.department, bool(open_), bool(answered))
        for case, person, open_, answered in session.execute(statement)
    ]


@dataclass(frozen=True)
class CaseView:
    """A case as one person sees it."""

    case: ApprovalCase
    decidable: bool
    """The viewer may decide it now."""
    question: ApprovalQuestion | None
    """The oldest question without an answer."""


def case_for(session: Session, viewer: Actor, number: str) -> CaseView:
    """The case of a record's number; NoSuchCase where the viewer may not see it. One statement."""
    oldest = (
        select(ApprovalQuestion.id)
        .where(ApprovalQuestion.case_id == ApprovalCase.id, ApprovalQuestion.answered_at.is_(None))
        .order_by(ApprovalQuestion.asked_at)
        .limit(1)
        .correlate(ApprovalCase)
        .scalar_subquery()
    )
    row = session.execute(
        select(ApprovalCase, waits_for(viewer), ApprovalQuestion)
        .outerjoin(ApprovalQuestion, ApprovalQuestion.id == oldest)
        .where(ApprovalCase.subject_number == number, visible_to(viewer))
    ).one_or_none()
    if row is None:
        raise NoSuchCase
    return CaseView(row[0], bool(row[1]) and viewer.has(Role.APPROVER), row[2])


def decidable_steps(session: Session, case: ApprovalCase, person_id: UUID) -> Sequence[ApprovalStep]:
    """The steps of the current stage that this person may decide."""
    return session.scalars(
        select(ApprovalStep)
        .join(ApprovalCase, ApprovalCase.id == ApprovalStep.case_id)
        .where(ApprovalStep.case_id == case.id, current_stage(), assigned_to(person_id))
    ).all()
