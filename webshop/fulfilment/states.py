"""The life of a fulfilment entry."""

from enum import StrEnum

from webshop.core.actor import Role
from webshop.core.i18n import N_
from webshop.core.states import Workflow, arrow


class EntryState(StrEnum):
    """`domain.md` section 4."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EntryKind(StrEnum):
    """What is to be done: hand goods over, or set a service up."""

    DELIVER = "deliver"
    PROVISION = "provision"


S = EntryState
WORKFLOW = Workflow(
    start=S.QUEUED,
    steps=(
        arrow("claim", [S.QUEUED], S.CLAIMED, Role.FULFILMENT, N_("Übernehmen")),
        arrow("finish", [S.CLAIMED], S.DONE, Role.FULFILMENT, N_("Erledigt")),
        arrow("release", [S.CLAIMED], S.QUEUED, Role.FULFILMENT, N_("Zurücklegen")),
        arrow("fail", [S.CLAIMED], S.FAILED, Role.FULFILMENT, N_("Nicht ausführbar")),
        arrow("retry", [S.FAILED], S.QUEUED, Role.FULFILMENT, N_("Erneut einreihen")),
        arrow("cancel", [S.QUEUED], S.CANCELLED, [Role.SALES, Role.SALES_LEAD], N_("Stornieren")),
    ),
)

STATE_LABELS = {
    S.QUEUED: N_("Wartet"),
    S.CLAIMED: N_("In Arbeit"),
    S.DONE: N_("Erledigt"),
    S.FAILED: N_("Angehalten"),
    S.CANCELLED: N_("Storniert"),
}
STATE_KINDS = {S.QUEUED: "info", S.CLAIMED: "warning", S.DONE: "success", S.FAILED: "danger", S.CANCELLED: "warning"}
KIND_LABELS = {EntryKind.DELIVER: N_("Lieferung"), EntryKind.PROVISION: N_("Einrichtung")}
