"""What the delivery step says about the whole cart."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from webshop.cart.errors import CartChanged, WrongAddress
from webshop.cart.models import Cart
from webshop.cart.queries import addresses
from webshop.cart.services.changing import require_own, touch
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.errors import Invalid
from webshop.core.i18n import N_


@dataclass(frozen=True)
class DeliveryDetails:
    """Where to, when, and what the municipality wants to read on the documents."""

    address_id: UUID | None
    desired_date: date | None
    reference: str
    subject: str
    contact_name: str
    contact_phone: str
    note: str


def set_delivery(
    session: Session, cart: Cart, details: DeliveryDetails, *, actor: Actor, now: datetime, seen: str | None = None
) -> None:
    """Keep the details; CartChanged where somebody else changed them since the form showed the stamp `seen`."""
    require_own(cart, actor)
    if seen is not None and seen != cart.delivery_stamp:
        raise CartChanged
    if details.address_id is not None and details.address_id not in {address.id for address in addresses(session, actor)}:
        raise WrongAddress
    if details.desired_date is not None and details.desired_date <= berlin_date(now):
        raise Invalid(N_("Der Wunschtermin muss in der Zukunft liegen. Geben Sie einen Tag ab morgen ein."), field="desired_date")
    touch(session, cart, actor=actor, now=now)
    cart.address_id, cart.desired_date = details.address_id, details.desired_date
    cart.reference, cart.subject, cart.note = details.reference, details.subject, details.note
    cart.contact_name, cart.contact_phone = details.contact_name, details.contact_phone
