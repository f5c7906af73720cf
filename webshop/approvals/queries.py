"""Reading approval cases, always for a viewer."""

from sqlalchemy.orm import Session

from webshop.core.actor import Actor


def count_open_for(session: Session, viewer: Actor) -> int:
    """How many cases wait for this person's decision."""
    return 0
