"""The pages of orders: list, one order, its documents, and the steps that people take there.

They stand here because they show how far an order is with approval and fulfilment, and because their steps cross packages.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webshop.audit.queries import history
from webshop.checkout import services as checkout
from webshop.checkout.forms import AnswerForm, CancelForm, WithdrawForm
from webshop.checkout.order_list import asked, export_head, export_rows
from webshop.checkout.progress import lines_progress, stages, waiting_for
from webshop.checkout.reorder import missing_lines, reorder
from webshop.checkout.sums import sum_rows
from webshop.core.actor import Actor, Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.errors import ShopError
from webshop.documents.models import Document, DocumentState
from webshop.documents.queries import content_of, document_of, documents_of
from webshop.extensions import session
from webshop.fulfilment.states import STATE_KINDS as LINE_KINDS
from webshop.fulfilment.states import STATE_LABELS as LINE_LABELS
from webshop.orders import summary
from webshop.orders.errors import NoSuchOrder
from webshop.orders.history import happenings
from webshop.orders.models import Order
from webshop.orders.queries import PAGE, all_orders, figures, order_for, orders, sees_all, whole_order_for
from webshop.orders.states import STATE_KINDS, STATE_LABELS, WORKFLOW
from webshop.web.access import current_actor, needs, signed_in
from webshop.web.errors import say
from webshop.web.exports import MAX_ROWS, table_response
from webshop.web.forms import ShopForm
from webshop.web.paging import Page, page_number

bp = Blueprint("orders", __name__)
LABELS = {"states": STATE_LABELS, "kinds": STATE_KINDS, "line_labels": LINE_LABELS, "line_kinds": LINE_KINDS}


# --- the list ---------------------------------------------------------------------------------------------------------


@bp.get("/bestellungen")
@signed_in
def index() -> ResponseReturnValue:
    """The orders that the person may see."""
    actor, wanted = current_actor(), asked(request.args, berlin_date(utcnow()))
    sums = figures(session(), actor, wanted.filter)
    page = Page(page_number(request.args.get("seite")), PAGE, sums.count, lambda n: wanted.url(seite=n if n > 1 else None))
    return render_template(
        "orders/index.html",
        asked=wanted,
        rows=orders(session(), actor, wanted.filter, offset=page.offset),
        sums=sums,
        page=page,
        staff=sees_all(actor),
        **LABELS,
    )


@bp.get("/bestellungen.<any(csv, xlsx):kind>")
@signed_in
def export(kind: str) -> ResponseReturnValue:
    """The same list to take home."""
    actor, now = current_actor(), utcnow()
    wanted, staff = asked(request.args, berlin_date(now)), sees_all(actor)
    rows = export_rows(all_orders(session(), actor, wanted.filter, limit=MAX_ROWS), with_customer=staff)
    name = f"Bestellungen-{berlin_date(now):%Y-%m-%d}"
    return table_response(kind, name, export_head(with_customer=staff), rows)


# --- one order --------------------------------------------------------------------------------------------------------


@bp.get("/bestellungen/<number>")
@signed_in
def show(number: str) -> ResponseReturnValue:
    """One order with everything that belongs to it."""
    return _page(number)


@bp.get("/bestellungen/<number>/auftragsbestaetigung.pdf")
@signed_in
def confirmation(number: str) -> ResponseReturnValue:
    """The very bytes that were mailed (P-2); a missing page while they are still being made."""
    order = order_for(session(), current_actor(), number)
    if order.confirmation_number is None:
        raise NoSuchOrder
    document = document_of(session(), ("order", order.id), order.confirmation_number)
    return _download(document, content_of(session(), document))


def _download(document: Document, content: bytes) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = document.media_type
    response.headers.set("Content-Disposition", "attachment", filename=document.filename)
    return response


def _page(number: str, **forms: ShopForm) -> str:
    actor = current_actor()
    order = whole_order_for(session(), actor, number)
    waiting = waiting_for(session(), order)
    stored = documents_of(session(), ("order", order.id))
    lines = lines_progress(session(), order)
    mine = order.buyer_id == actor.person_id and order.organisation_id == actor.organisation_id
    given: dict[str, Any] = {"form": next(iter(forms.values()), None), **forms}
    given.setdefault("answer", AnswerForm(formdata=None, question_id=waiting.question.id) if waiting.question and mine else None)
    given.setdefault("withdraw", WithdrawForm(formdata=None) if "withdraw" in _steps(order, actor) and mine else None)
    given.setdefault("cancel", CancelForm(formdata=None) if "cancel" in _steps(order, actor) else None)
    return render_template(
        "orders/show.html",
        order=order,
        once_lines=[line for line in order.lines if line.net or not line.monthly_net],
        monthly_lines=[line for line in order.lines if line.monthly_net],
        once_sums=sum_rows(order.once),
        monthly_sums=sum_rows(order.monthly, monthly=True),
        stages=stages(order, stored, lines),
        waiting=waiting,
        documents=stored,
        stored=DocumentState.STORED,
        progress=lines,
        places=summary.places(order.lines),
        cost_centres=summary.cost_centres(order.lines),
        history=happenings(history(session(), "order", order.id)),
        staff=sees_all(actor),
        mine=mine,
        can_reorder=_can_reorder(order, actor),
        **given,
        **LABELS,
    )


def _steps(order: Order, actor: Actor) -> set[str]:
    """The names of the steps that this person's roles allow now."""
    return {step.name for step in WORKFLOW.open_steps(order.state, actor.roles)}


def _can_reorder(order: Order, actor: Actor) -> bool:
    return actor.has(Role.BUYER) and order.organisation_id == actor.organisation_id


# --- steps ------------------------------------------------------------------------------------------------------------


@bp.post("/bestellungen/<number>/zurueckziehen")
@needs(Role.BUYER)
def withdraw(number: str) -> ResponseReturnValue:
    """The buyer takes the order back, with a reason."""
    form = WithdrawForm()

    def step(order: Order) -> str:
        reason = form.withdraw_reason.data or ""
        checkout.withdraw(session(), order, actor=current_actor(), now=utcnow(), reason=reason)
        return _("Bestellung %(number)s zurückgezogen.", number=order.number)

    return _take(number, "withdraw", form, step)


@bp.post("/bestellungen/<number>/antwort")
@needs(Role.BUYER)
def answer(number: str) -> ResponseReturnValue:
    """The buyer answers a question; the decision goes on."""
    form = AnswerForm()

    def step(order: Order) -> str:
        question_id, text = UUID(form.question_id.data), form.answer.data or ""
        checkout.answer(session(), order, question_id, actor=current_actor(), now=utcnow(), text=text)
        return _("Ihre Antwort zu %(number)s ist unterwegs.", number=order.number)

    return _take(number, "answer", form, step)


@bp.post("/bestellungen/<number>/stornieren")
@needs(Role.SALES, Role.SALES_LEAD)
def cancel(number: str) -> ResponseReturnValue:
    """Sales cancels an order of which nothing was begun, with a reason."""
    form = CancelForm()

    def step(order: Order) -> str:
        reason = form.cancel_reason.data or ""
        checkout.cancel(session(), order, actor=current_actor(), now=utcnow(), reason=reason)
        return _("Bestellung %(number)s storniert.", number=order.number)

    return _take(number, "cancel", form, step)


def _take(number: str, name: str, form: ShopForm, step: Callable[[Order], str]) -> ResponseReturnValue:
    """One step of a form on the order's page: back to the page with what is wrong, or done."""
    order = order_for(session(), current_actor(), number)
    if not form.valid():
        return _page(number, **{name: form}), 422
    try:
        message = step(order)
    except ShopError as error:
        session().rollback()
        if error.status == 404:
            raise
        form.blame(error.field, say(error))
        return _page(number, **{name: form}), error.status
    session().commit()
    flash(message, "success")
    return redirect(url_for(".show", number=number), 303)


# --- ordering again ---------------------------------------------------------------------------------------------------


@bp.post("/bestellungen/<number>/erneut")
@needs(Role.BUYER)
def order_again(number: str) -> ResponseReturnValue:
    """A new cart from the order's lines; where some could not come along, a page names them."""
    actor, now = current_actor(), utcnow()
    order = whole_order_for(session(), actor, number)
    if not _can_reorder(order, actor):
        raise NoSuchOrder
    cart, missing = reorder(session(), order, actor=actor, now=now)
    kept = len(order.lines) - len(missing)
    session().commit()
    flash(
        ngettext(
            "Eine Position aus %(number)s liegt im neuen Warenkorb „%(name)s“.",
            "%(num)d Positionen aus %(number)s liegen im neuen Warenkorb „%(name)s“.",
            kept,
            number=number,
            name=cart.name,
        ),
        "success",
    )
    return redirect(url_for(".missing", number=number) if missing else url_for("cart.show"), 303)


@bp.get("/bestellungen/<number>/erneut")
@needs(Role.BUYER)
def missing(number: str) -> ResponseReturnValue:
    """What of an order cannot be ordered again today, and why."""
    actor = current_actor()
    order = whole_order_for(session(), actor, number)
    if not _can_reorder(order, actor):
        raise NoSuchOrder
    found = missing_lines(session(), order, now=utcnow())
    return render_template("orders/missing.html", order=order, missing=found, say=say)
