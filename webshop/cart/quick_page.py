"""Quick order: a pasted list or a file becomes lines of the current cart; bad lines stay to be mended.

The page keeps nothing between its steps: good and bad lines travel in the form. The cart's version travels too, so that
sending the same form twice puts nothing in twice.
"""

import re
from dataclasses import replace
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webshop.cart import services
from webshop.cart.blueprints import bp
from webshop.cart.errors import CartChanged
from webshop.cart.forms import ListForm, number_of, uuid_of
from webshop.cart.models import Cart
from webshop.cart.queries import current_cart
from webshop.cart.quick import Checked, check
from webshop.cart.quicklist import MAX_ENTRIES, Entry, entries_of_file, entries_of_text, entry_of_line
from webshop.core.actor import Actor, Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.errors import Invalid
from webshop.core.i18n import N_
from webshop.core.sheets import TooManyRows
from webshop.extensions import session
from webshop.web.access import current_actor, needs
from webshop.web.errors import say

_CARRIED = re.compile(r"(?:good|bad)-([0-9]{1,5})")
NOTHING = Checked((), ())


@bp.get("/schnellbestellung")
@needs(Role.BUYER)
def quick() -> ResponseReturnValue:
    """The empty form."""
    return _render(ListForm(), NOTHING, current_cart(session(), current_actor()))


@bp.post("/schnellbestellung")
@needs(Role.BUYER)
def quick_posted() -> ResponseReturnValue:
    """Check the list, or put its good lines into the cart."""
    actor, now, form = current_actor(), utcnow(), ListForm()
    entries = _entries(form) if form.valid() else None
    if entries is None:
        return _render(form, NOTHING, current_cart(session(), actor)), 422
    found = check(session(), entries, viewer=actor, day=berlin_date(now))
    if request.form.get("action") != "take" or not found.good:
        return _render(form, found, current_cart(session(), actor)), 422 if found.bad else 200
    return _take(form, found, actor)


def _take(form: ListForm, found: Checked, actor: Actor) -> ResponseReturnValue:
    seen, shown, day = uuid_of(request.form.get("cart")), number_of(form.version.data), berlin_date(utcnow())
    try:
        cart = _cart(actor, seen)
        wanted = [good.wanted for good in found.good]
        services.quick_add(session(), cart, wanted, actor=actor, now=utcnow(), seen=shown if seen else None)
        name = cart.name
        session().commit()
    except CartChanged as error:
        session().rollback()
        return _again(form, found, actor, error, day), 409
    except Invalid as error:
        session().rollback()
        return _again(form, found, actor, error, day), 422
    flash(
        ngettext(
            "%(num)d Position liegt im Warenkorb „%(cart)s“.",
            "%(num)d Positionen liegen im Warenkorb „%(cart)s“.",
            len(found.good),
            cart=name,
        ),
        "success",
    )
    if not found.bad:
        return redirect(url_for("cart.show"), 303)
    return _render(form, Checked((), found.bad), cart)


def _cart(actor: Actor, seen: UUID | None) -> Cart:
    """The cart that the page showed; CartChanged where the person works with another one now."""
    before = current_cart(session(), actor, lock=True)
    if (before.id if before else None) != seen:
        raise CartChanged
    return before or services.current_or_new(session(), actor=actor, now=utcnow())


def _again(form: ListForm, found: Checked, actor: Actor, error: CartChanged | Invalid, day: date) -> str:
    if isinstance(error, CartChanged):
        flash(
            _(
                "Ihr Warenkorb hat sich inzwischen geändert, vielleicht durch ein zweites Absenden. Es wurde nichts noch einmal "
                "übernommen. Sehen Sie im Warenkorb nach, bevor Sie die Liste erneut übernehmen."
            ),
            "warning",
        )
    else:
        flash(say(error), "error")
    entries = [good.entry for good in found.good] + [bad.entry for bad in found.bad]
    return _render(form, check(session(), entries, viewer=actor, day=day), current_cart(session(), actor))


def _entries(form: ListForm) -> list[Entry] | None:
    """The lines that travelled in the form, then the pasted ones, then those of the file; None with errors in the form."""
    try:
        carried, added = _carried(), entries_of_text(form.list.data or "")
        upload = request.files.get("file")
        if upload is not None and upload.filename:
            added += entries_of_file(upload.stream)
        if len(carried) + len(added) > MAX_ENTRIES:
            raise TooManyRows(MAX_ENTRIES)
        if not carried and not added:
            raise Invalid(N_("Fügen Sie Positionen ein oder laden Sie eine Datei hoch."), field="list")
    except Invalid as error:
        form.blame(error.field if error.field == "file" and request.files.get("file") else "list", say(error))
        return None
    last = max((entry.position for entry in carried), default=0)
    return [*carried, *(replace(entry, position=last + number) for number, entry in enumerate(added, start=1))]


def _carried() -> list[Entry]:
    found = {}
    for key, text in request.form.items():
        match = _CARRIED.fullmatch(key)
        if match and text.strip():
            found[int(match[1])] = entry_of_line(int(match[1]), text)
    return [found[position] for position in sorted(found)]


def _render(form: ListForm, found: Checked, cart: Cart | None) -> str:
    form.version.data = str(cart.version) if cart else ""
    form.version.raw_data = None
    return render_template(
        "cart/quick.html",
        form=form,
        found=found,
        cart=cart,
        problems=[(f"bad-{bad.entry.position}", say(bad.reason)) for bad in found.bad],
        say=say,
    )
