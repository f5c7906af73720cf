"""Step 2 of 3, the delivery: where to, when, and what the municipality wants to read on its documents."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from webshop.accounts.models import Person
from webshop.cart import services
from webshop.cart.errors import AlreadyOrdered, CartChanged
from webshop.cart.forms import cart_id_of, uuid_of
from webshop.cart.models import Cart
from webshop.cart.offers import Offer, offers
from webshop.cart.queries import addresses, cart_for, changed_by, cost_centres_by_id, current_cart
from webshop.cart.services import DeliveryDetails
from webshop.checkout.blueprints import bp
from webshop.checkout.ordered import to_the_order
from webshop.checkout.reading import deliveries_of, shares_of
from webshop.core import typed
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.errors import Invalid
from webshop.core.formats import day as written
from webshop.core.i18n import N_
from webshop.core.money import Amount, totals
from webshop.extensions import session
from webshop.web.access import current_actor, needs
from webshop.web.errors import say
from webshop.web.filters import language
from webshop.web.forms import ShopForm, _l, tidy

LINES_SHOWN = 50
FURTHEST_YEARS = 2


def _text(label: str, most: int) -> StringField:
    return StringField(label, filters=[tidy], validators=[Length(max=most, message=_TOO_LONG)])


_TOO_LONG = _l("Möglich sind höchstens %(max)d Zeichen. Kürzen Sie den Text.")


class DeliveryForm(ShopForm):
    """What the step asks for; `seen` is the stamp of what the page showed."""

    address = RadioField(_l("Lieferadresse"), validate_choice=False)
    desired_date = StringField(_l("Wunschtermin"), filters=[tidy])
    reference = _text(_l("Ihre Bestellnummer"), 60)
    subject = _text(_l("Betreff"), 120)
    contact_name = _text(_l("Ansprechperson"), 120)
    contact_phone = _text(_l("Telefon"), 60)
    note = TextAreaField(_l("Hinweis zur Lieferung"), validators=[Length(max=1000, message=_TOO_LONG)])
    seen = HiddenField()


@bp.get("/bestellen/lieferung")
@needs(Role.BUYER)
def delivery() -> ResponseReturnValue:
    """The details as they are kept in the cart."""
    actor = current_actor()
    cart = current_cart(session(), actor)
    if cart is None:
        return redirect(url_for("cart.show"), 303)
    found = offers(session(), cart, day=berlin_date(utcnow()))
    if not found or any(_blocked(offer) for offer in found):
        if found:
            flash(_("Prüfen Sie zuerst die markierten Positionen."), "warning")
        return redirect(url_for("cart.show"), 303)
    g.cart_lines = len(found)  # the frame need not count them again
    return _page(cart, found, _stored(cart))


@bp.post("/bestellen/lieferung")
@needs(Role.BUYER)
def delivery_posted() -> ResponseReturnValue:
    """Keep the details and go on to the review, or to the split that a button asked for."""
    actor, now, form = current_actor(), utcnow(), DeliveryForm()
    cart_id = cart_id_of(request.form)
    try:
        cart = cart_for(session(), actor, cart_id, lock=True)
    except AlreadyOrdered as error:
        return to_the_order(error.cart_id)
    splitting = request.form.get("split", "")
    details = _details(form, berlin_date(now), address_needed=not splitting)
    if details is None:
        return _again(cart, form), 422
    try:
        services.set_delivery(session(), cart, details, actor=actor, now=now, seen=form.seen.data or "")
        services.choose(session(), cart, actor=actor)
        warning = _early_date(cart, berlin_date(now))
        session().commit()
    except CartChanged as error:
        session().rollback()
        return _again(cart_for(session(), actor, cart_id), form, changed=error), 409
    except Invalid as error:
        session().rollback()
        form.blame(error.field, say(error))
        return _again(cart_for(session(), actor, cart_id), form), 422
    if splitting == "all":
        return redirect(url_for("cart.split_all", zurueck="lieferung"), 303)
    if line_id := uuid_of(splitting):
        return redirect(url_for("cart.split_line", line_id=line_id, zurueck="lieferung"), 303)
    if warning:
        flash(warning, "warning")
    return redirect(url_for("checkout.review"), 303)


def _blocked(offer: Offer) -> bool:
    """Lines that must be mended or confirmed in the cart first."""
    return not offer.orderable or offer.drift is not None


def _stored(cart: Cart) -> DeliveryForm:
    actor = current_actor()
    values: dict[str, Any] = {
        "address": str(cart.address_id or ""),
        "desired_date": written(cart.desired_date) if cart.desired_date else "",
        "reference": cart.reference,
        "subject": cart.subject,
        "contact_name": cart.contact_name or actor.name,
        "contact_phone": cart.contact_phone,
        "note": cart.note,
    }
    if not cart.contact_name and not cart.contact_phone:
        person = session().get(Person, actor.person_id)
        values["contact_phone"] = person.phone if person else ""
    return DeliveryForm(formdata=None, data=values)


def _details(form: DeliveryForm, today: date, *, address_needed: bool) -> DeliveryDetails | None:
    """What the form says; None with the reasons in it."""
    valid = form.valid()
    address_id: UUID | None = uuid_of(form.address.data)
    if address_id is None and (address_needed or form.address.data):
        form.blame("address", _("Wählen Sie eine Lieferadresse."))
    desired = _desired_date(form, today)
    if not valid or form.errors:
        return None
    return DeliveryDetails(
        address_id=address_id,
        desired_date=desired,
        reference=form.reference.data or "",
        subject=form.subject.data or "",
        contact_name=form.contact_name.data or "",
        contact_phone=form.contact_phone.data or "",
        note=typed.lines_of_text(form.note.data or ""),
    )


def _desired_date(form: DeliveryForm, today: date) -> date | None:
    text = form.desired_date.data or ""
    if not text:
        return None
    try:
        wanted = typed.day(text, today)
        if wanted <= today:
            raise Invalid(N_("Der Wunschtermin muss in der Zukunft liegen. Geben Sie einen Tag ab morgen ein."))
        if wanted.year > today.year + FURTHEST_YEARS:
            raise Invalid(N_("Der Wunschtermin liegt zu weit in der Zukunft. Prüfen Sie die Jahreszahl."))
    except Invalid as error:
        form.blame("desired_date", say(error))
    except ValueError:
        form.blame("desired_date", _("Diesen Tag gibt es nicht. Schreiben Sie ihn zum Beispiel so: 30.11.2026."))
    else:
        return wanted
    return None


def _early_date(cart: Cart, today: date) -> str:
    """An early wish is no error: the shop delivers as soon as it can, and says when that is."""
    promised = max((offer.promised_date for offer in offers(session(), cart, day=today)), default=None)
    if not cart.desired_date or not promised or cart.desired_date >= promised:
        return ""
    return _(
        "Ihr Wunschtermin %(wish)s liegt vor dem zugesagten Termin %(promise)s. Wir liefern so früh wie möglich.",
        wish=written(cart.desired_date, language()),
        promise=written(promised, language()),
    )


# --- the page ----------------------------------------------------------------------------------------------------------


def _again(cart: Cart, form: DeliveryForm, *, changed: CartChanged | None = None) -> str:
    return _page(cart, offers(session(), cart, day=berlin_date(utcnow())), form, changed=changed)


def _page(cart: Cart, found: list[Offer], form: DeliveryForm, *, changed: CartChanged | None = None) -> str:
    deliveries, shares = deliveries_of(session(), cart), shares_of(session(), cart)
    split = [offer for offer in found if offer.line.id in deliveries or offer.line.id in shares]
    shown = found if len(found) <= LINES_SHOWN else split[:LINES_SHOWN]
    promised = max((offer.promised_date for offer in found), default=None)
    return render_template(
        "checkout/delivery.html",
        cart=cart,
        form=form,
        places=addresses(session(), current_actor()),
        numbers=cost_centres_by_id(session(), cart),
        lines=shown,
        deliveries=deliveries,
        shares=shares,
        hidden_lines=len(found) - len(shown),
        promised=promised,
        once=totals(Amount(offer.net, offer.product.vat_rate) for offer in found),
        monthly=totals(Amount(offer.monthly_net, offer.product.vat_rate) for offer in found if offer.monthly_net),
        changed=say(changed) if changed else "",
        changed_by=changed_by(session(), cart) if changed else "",
        stored=_differences(cart, form) if changed else [],
    )


def _differences(cart: Cart, form: DeliveryForm) -> list[tuple[str, str]]:
    """Label and stored value of each field that says something else than what was typed."""
    kept = _stored(cart)
    labels = {str(place.id): place.label for place in addresses(session(), current_actor())}
    found = []
    for name in ("address", "desired_date", "reference", "subject", "contact_name", "contact_phone", "note"):
        mine, theirs = form[name].data or "", kept[name].data or ""
        if mine != theirs:
            found.append((form[name].label.text, labels.get(theirs, theirs) or _("leer")))
    return found
