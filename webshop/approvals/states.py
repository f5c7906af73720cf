"""States of cases and steps."""

from enum import StrEnum

from webshop.core.actor import Role
from webshop.core.i18n import N_
from webshop.core.states import Workflow, arrow


class CaseState(StrEnum):
    """Open until all steps are granted, one is refused, or the submission is taken back."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class StepState(StrEnum):
    """A step waits until somebody who may has decided it."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """What a person decided."""

    GRANTED = "granted"
    REFUSED = "refused"


C = CaseState
CASE_WORKFLOW = Workflow(
    start=C.OPEN,
    steps=(
        arrow("grant", [C.OPEN], C.GRANTED, Role.APPROVER, N_("Freigeben")),
        arrow("refuse", [C.OPEN], C.REFUSED, Role.APPROVER, N_("Ablehnen")),
        arrow("withdraw", [C.OPEN], C.WITHDRAWN, Role.BUYER, N_("Zurückziehen")),
    ),
)
