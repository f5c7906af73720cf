"""What every change of a cart has in common: its version, what may be chosen, and what the person was shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from webshop.cart.errors import CartChanged, NoSuchCart, NotForSale, WrongCostCentre, WrongQuantity
from webshop.cart.models import Cart, CartState
from webshop.cart.offers import offers
from webshop.cart.queries import cost_centres
from webshop.catalog.models import Product, ProductStatus
from webshop.core.actor import Actor
from webshop.core.formats import Worded, whole
from webshop.core.i18n import N_


def touch(session: Session, cart: Cart, *, actor: Actor, now: datetime, seen: int | None = None) -> None:
    """Count the version up, if the cart is still open and nobody changed it since `seen` (default: since it was read)."""
    expected = cart.version if seen is None else seen
    version = session.scalar(
        update(Cart)
        .where(
            Cart.id == cart.id,
            Cart.organisation_id == actor.organisation_id,
            Cart.state == CartState.OPEN,
            Cart.version == expected,
        )
        .values(version=Cart.version + 1, updated_at=now, updated_by_id=actor.person_id)
        .returning(Cart.version)
        .execution_options(synchronize_session=False)
    )
    if version is None:
        raise CartChanged
    session.refresh(cart, ["version", "updated_at", "updated_by_id"])


def require_own(cart: Cart, actor: Actor) -> None:
    """NoSuchCart where the cart belongs to another house, or to somebody who keeps it to themselves."""
    if cart.organisation_id != actor.organisation_id or not (cart.shared or cart.owner_id == actor.person_id):
        raise NoSuchCart


def require_quantity(product: Product, quantity: int) -> None:
    """WrongQuantity outside 1 and what one line may hold (S-8)."""
    if quantity < 1:
        raise WrongQuantity(N_("Die Menge muss mindestens 1 sein. Geben Sie eine ganze Zahl ein."), field="quantity")
    if quantity > product.max_quantity:
        raise WrongQuantity(
            N_("Von diesem Artikel sind höchstens %(limit)s je Position möglich."),
            field="quantity",
            limit=Worded(whole, product.max_quantity),
        )


def require_active(product: Product) -> None:
    """NotForSale where the article was withdrawn."""
    if product.status != ProductStatus.ACTIVE:
        raise NotForSale(N_("%(name)s wird nicht mehr angeboten."), field="product", name=product.name)


def orderable_cost_centres(session: Session, actor: Actor, day: date) -> dict[UUID, str]:
    """Ids and numbers of the cost centres for which the person may order on the day."""
    return {cost_centre.id: cost_centre.number for cost_centre in cost_centres(session, actor, day=day)}


def require_cost_centre(cost_centre_id: UUID | None, allowed: dict[UUID, str]) -> None:
    """WrongCostCentre for any other."""
    if cost_centre_id is not None and cost_centre_id not in allowed:
        raise WrongCostCentre


@contextmanager
def showing(session: Session, cart: Cart, day: date) -> Iterator[None]:
    """Prices and availability after the change count as shown: the page that follows shows them.

    Another tier by an own change is no drift; what changed in the shop and is not yet confirmed stays to be confirmed.
    """
    unconfirmed = {offer.line.id for offer in offers(session, cart, day=day) if offer.drift}
    yield
    session.flush()
    for offer in offers(session, cart, day=day):
        if offer.orderable and offer.line.id not in unconfirmed:
            offer.line.seen_unit_net, offer.line.seen_monthly_net, offer.line.seen_in_stock = offer.shown
