"""The life of an order."""

from enum import StrEnum

from webshop.core.actor import Role
from webshop.core.i18n import N_
from webshop.core.states import Workflow, arrow


class OrderState(StrEnum):
    """`domain.md` section 4."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


S = OrderState
WORKFLOW = Workflow(
    start=S.SUBMITTED,
    steps=(
        arrow("approve", [S.SUBMITTED], S.APPROVED, Role.APPROVER, N_("Freigeben")),
        arrow("refuse", [S.SUBMITTED], S.REFUSED, Role.APPROVER, N_("Ablehnen")),
        arrow("withdraw", [S.SUBMITTED], S.WITHDRAWN, Role.BUYER, N_("Zurückziehen")),
        arrow("complete", [S.APPROVED], S.COMPLETED, Role.FULFILMENT, N_("Abschließen")),
        arrow("cancel", [S.APPROVED], S.CANCELLED, [Role.SALES, Role.SALES_LEAD], N_("Stornieren")),
    ),
)

STATE_LABELS = {
    S.SUBMITTED: N_("In Freigabe"),
    S.APPROVED: N_("Freigegeben"),
    S.REFUSED: N_("Abgelehnt"),
    S.WITHDRAWN: N_("Zurückgezogen"),
    S.COMPLETED: N_("Abgeschlossen"),
    S.CANCELLED: N_("Storniert"),
}
STATE_KINDS = {
    S.SUBMITTED: "info",
    S.APPROVED: "success",
    S.REFUSED: "danger",
    S.WITHDRAWN: "warning",
    S.COMPLETED: "success",
    S.CANCELLED: "warning",
}
"""The badge that a state wears."""
