"""Which steps a submission needs: the organisation's rules, and who could decide each step.

For now: up to amount X nobody; above it an approver of each cost centre that pays; above amount Y one more person.
An approver counts if the role is valid today, the person is active, and the personal limit reaches the whole value.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from webshop.accounts.models import Person, RoleAssignment
from webshop.approvals.errors import NoApprover
from webshop.core.actor import Role
from webshop.core.formats import eur
from webshop.core.i18n import N_
from webshop.organisations.models import CostCentre, CostCentrePerson, CostCentreTask, Organisation

FIRST_STAGE, SECOND_STAGE = 1, 2


@dataclass(frozen=True)
class Approver:
    """Somebody who may decide."""

    person_id: UUID
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class PlannedStep:
    """A step that the rules ask for, before it exists as a row."""

    stage: int
    rule: str
    """The rule as a sentence."""
    cost_centre_id: UUID | None
    cost_centre_label: str
    approvers: tuple[Approver, ...]


def valid_role(role: Role, day: date) -> ColumnElement[bool]:
    """Role assignments of that role that hold on the day."""
    return and_(
        RoleAssignment.role == role,
        RoleAssignment.valid_from <= day,
        or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= day),
    )


def plan(
    session: Session,
    organisation: Organisation,
    *,
    requester_id: UUID,
    value_net: Decimal,
    cost_centre_ids: Sequence[UUID],
    day: date,
) -> list[PlannedStep]:
    """The steps for a net value and the cost centres that pay; empty where nobody needs to approve. One statement."""
    if value_net <= organisation.approval_free_up_to:
        return []
    labels, approvers = _approvers(session, organisation.id, requester_id, value_net, cost_centre_ids, day)
    rule = f"Ab {eur(organisation.approval_free_up_to)} netto: Freigabe der Kostenstelle"
    steps = [
        PlannedStep(FIRST_STAGE, f"{rule} {labels.get(key, '')}".strip(), key, labels.get(key, ""), tuple(approvers[key]))
        for key in cost_centre_ids
    ]
    second = organisation.approval_second_above
    if second is not None and value_net > second:
        everybody = {approver.person_id: approver for people in approvers.values() for approver in people}
        rule = f"Ab {eur(second)} netto: Freigabe durch eine zweite Person"
        steps.append(PlannedStep(SECOND_STAGE, rule, None, "", tuple(everybody.values())))
    return steps


def require_passable(steps: Sequence[PlannedStep]) -> None:
    """NoApprover where a step has nobody, or the second stage nobody who is not needed for the first."""
    for step in steps:
        if not step.approvers:
            raise NoApprover(
                N_(
                    "Für Kostenstelle %(cost_centre)s ist niemand hinterlegt, der über diesen Betrag entscheiden darf. "
                    "Wenden Sie sich an Ihre Kundenadministration."
                ),
                cost_centre=step.cost_centre_label,
            )
    first = [step for step in steps if step.stage == FIRST_STAGE]
    for step in steps:
        if step.stage == SECOND_STAGE and not any(
            all(any(other.person_id != person.person_id for other in one.approvers) for one in first) for person in step.approvers
        ):
            raise NoApprover(
                N_(
                    "Ab diesem Betrag müssen zwei Personen freigeben, hinterlegt ist nur eine. "
                    "Wenden Sie sich an Ihre Kundenadministration."
                )
            )


def _approvers(
    session: Session, organisation_id: UUID, requester_id: UUID, value_net: Decimal, cost_centre_ids: Sequence[UUID], day: date
) -> tuple[dict[UUID, str], defaultdict[UUID, list[Approver]]]:
    """Labels of the cost centres, and their approvers without the person who submits."""
    able = and_(
        CostCentrePerson.cost_centre_id == CostCentre.id,
        CostCentrePerson.task == CostCentreTask.APPROVE,
        CostCentrePerson.person_id != requester_id,
        or_(CostCentrePerson.limit_net.is_(None), CostCentrePerson.limit_net >= value_net),
    )
    role = and_(
        RoleAssignment.person_id == CostCentrePerson.person_id,
        RoleAssignment.organisation_id == organisation_id,
        valid_role(Role.APPROVER, day),
    )
    rows = session.execute(
        select(CostCentre.id, CostCentre.number, CostCentre.name, RoleAssignment.id, Person)
        .outerjoin(CostCentrePerson, able)
        .outerjoin(RoleAssignment, role)
        .outerjoin(Person, and_(Person.id == RoleAssignment.person_id, Person.active.is_(true())))
        .where(CostCentre.organisation_id == organisation_id, CostCentre.id.in_(cost_centre_ids))
        .order_by(CostCentre.number, Person.last_name, Person.first_name)
    )
    labels: dict[UUID, str] = {}
    found: defaultdict[UUID, list[Approver]] = defaultdict(list)
    for cost_centre_id, number, name, role_id, person in rows:
        labels[cost_centre_id] = f"{number} – {name}"
        known = {approver.person_id for approver in found[cost_centre_id]}
        if role_id is not None and person is not None and person.id not in known:
            found[cost_centre_id].append(Approver(person.id, person.name, person.email, person.language))
    return labels, found
