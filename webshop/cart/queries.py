"""Reading carts, always for a viewer."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webshop.cart.models import CartChoice, CartLine
from webshop.core.actor import Actor


def count_current_lines(session: Session, viewer: Actor) -> int:
    """How many lines the viewer's current cart has."""
    statement = (
        select(func.count(CartLine.id))
        .join(CartChoice, CartChoice.cart_id == CartLine.cart_id)
        .where(CartChoice.person_id == viewer.person_id, CartChoice.organisation_id == viewer.organisation_id)
    )
    return session.scalar(statement) or 0
