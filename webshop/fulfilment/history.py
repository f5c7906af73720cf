"""What happened to an entry, as sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webshop.audit.models import AuditEvent
from webshop.core.i18n import N_

SENTENCES: Final[Mapping[str, str]] = {
    "fulfilment.claimed": N_("%(who)s hat den Auftrag übernommen."),
    "fulfilment.done": N_("%(who)s hat den Auftrag erledigt."),
    "fulfilment.failed": N_("%(who)s hat den Auftrag angehalten."),
    "fulfilment.postponed": N_("%(who)s konnte den Auftrag noch nicht ausführen; er kommt von selbst wieder."),
    "fulfilment.released": N_("%(who)s hat den Auftrag zurückgelegt."),
    "fulfilment.retried": N_("%(who)s hat den Auftrag erneut eingereiht."),
    "fulfilment.cancelled": N_("%(who)s hat den Auftrag storniert."),
}


@dataclass(frozen=True)
class Happening:
    """One point on the timeline: the sentence (to be translated, with `who`), and what somebody wrote."""

    at: datetime
    sentence: str
    who: str
    quote: str


def happenings(events: Iterable[AuditEvent]) -> list[Happening]:
    """The events of an entry, oldest first."""
    known = [event for event in events if event.action in SENTENCES]
    return [Happening(event.at, SENTENCES[event.action], _who(event), event.reason) for event in known]


def _who(event: AuditEvent) -> str:
    """The person; a warehouse system as it named itself when it claimed."""
    return event.actor_name if event.actor_id else event.after.get("by") or event.actor_name
