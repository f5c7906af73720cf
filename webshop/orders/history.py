"""What happened to an order, as sentences: the audit trail in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webshop.audit.models import AuditEvent
from webshop.core.i18n import N_

SENTENCES: Final[Mapping[str, str]] = {
    "order.submitted": N_("%(who)s hat die Bestellung eingereicht."),
    "approval.opened": N_("Prüfung der Regeln: Freigabe nötig."),
    "approval.granted": N_("%(who)s hat freigegeben."),
    "approval.refused": N_("%(who)s hat abgelehnt."),
    "approval.asked": N_("%(who)s hat eine Rückfrage gestellt."),
    "approval.answered": N_("%(who)s hat die Rückfrage beantwortet."),
    "order.approved": N_("Die Bestellung ist freigegeben und bestätigt."),
    "order.refused": N_("Die Bestellung ist abgelehnt und geht zurück."),
    "order.withdrawn": N_("%(who)s hat die Bestellung zurückgezogen."),
    "order.completed": N_("Alle Positionen sind erledigt."),
    "order.cancelled": N_("%(who)s hat die Bestellung storniert."),
}
SAID_BEFORE: Final = frozenset({"order.refused"})
"""Events whose reason stands at the decision just before."""


@dataclass(frozen=True)
class Happening:
    """One point on the timeline: the sentence (to be translated, with `who`), and what somebody wrote."""

    at: datetime
    sentence: str
    who: str
    quote: str


def happenings(events: Iterable[AuditEvent]) -> list[Happening]:
    """The events that concern people, oldest first; unknown actions are left out."""
    return [
        Happening(
            at=event.at,
            sentence=SENTENCES[event.action],
            who=event.actor_name,
            quote="" if event.action in SAID_BEFORE or _same_decision(event) else event.reason,
        )
        for event in events
        if event.action in SENTENCES
    ]


def _same_decision(event: AuditEvent) -> bool:
    """An approval by a person repeats the comment of their decision; one by rule says the rule."""
    return event.action == "order.approved" and event.actor_id is not None
