"""Cases, steps, decisions, questions."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webshop.approvals.states import CaseState, Outcome, StepState
from webshop.core.db import Base, enum_type


class ApprovalCase(Base):
    """The question whether a submitted record may go on."""

    __tablename__ = "approval_cases"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id"),
        UniqueConstraint("organisation_id", "id"),
        UniqueConstraint("id", "requester_id"),
        Index("ix_approval_cases_inbox", "organisation_id", "state", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    subject_number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    value_net: Mapped[Decimal]
    requester_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[CaseState] = mapped_column(enum_type(CaseState, "state"), default=CaseState.OPEN)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ApprovalStep(Base):
    """One grant that is needed: by an approver of this cost centre, or (None) of any cost centre of the case."""

    __tablename__ = "approval_steps"
    __table_args__ = (
        UniqueConstraint("case_id", "stage", "position"),
        ForeignKeyConstraint(["organisation_id", "case_id"], ["approval_cases.organisation_id", "approval_cases.id"]),
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        Index("ix_approval_steps_open", "organisation_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID]
    case_id: Mapped[UUID]
    stage: Mapped[int]
    position: Mapped[int]
    rule: Mapped[str] = mapped_column(String(200))
    """The rule that asked for this step, as a sentence, as it stood at submission."""
    cost_centre_id: Mapped[UUID | None]
    state: Mapped[StepState] = mapped_column(enum_type(StepState, "state"), default=StepState.OPEN)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("approval_decisions.id"))


class ApprovalDecision(Base):
    """Who decided what, when, about which content. `requester_id` is here so that the database can compare."""

    __tablename__ = "approval_decisions"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id"),
        ForeignKeyConstraint(["case_id", "requester_id"], ["approval_cases.id", "approval_cases.requester_id"]),
        CheckConstraint("person_id <> requester_id", name="four_eyes"),
        CheckConstraint("outcome <> 'refused' OR comment <> ''", name="refusal_has_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    requester_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome, "outcome"))
    comment: Mapped[str] = mapped_column(String(1000), default="")
    content_hash: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]


class ApprovalQuestion(Base):
    """A question back to the person who submitted, and its answer."""

    __tablename__ = "approval_questions"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_has_time"),
        Index("ix_approval_questions_case", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("approval_cases.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    question: Mapped[str] = mapped_column(String(1000))
    asked_at: Mapped[datetime]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    answer: Mapped[str | None] = mapped_column(String(1000))
    answered_at: Mapped[datetime | None]
