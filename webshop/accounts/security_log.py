"""The security log (S-37): one line per event, with ids and keyed hashes, never a name, a password or a link."""

import logging
from uuid import UUID

from webshop.accounts.sources import source_hash

log = logging.getLogger("webshop.security")
SHOWN = 16


def note(event: str, *, person_id: UUID | None = None, organisation_id: UUID | None = None, **more: str | int) -> None:
    """Write an event of this request down, after its commit."""
    who = {"person": str(person_id) if person_id else None, "organisation": str(organisation_id) if organisation_id else None}
    known = {name: value for name, value in who.items() if value}
    log.info(event, extra={"security": event, "source": source_hash()[:SHOWN], **known, **more})
