"""The approver's inbox and the page on which an order is decided.

It stands here because it shows orders and decides about them; the engine below knows neither orders nor quotes.
"""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from webshop.approvals.errors import ReasonMissing
from webshop.approvals.queries import PAGE, CaseView, View, case_for, inbox, inbox_figures
from webshop.approvals.states import CaseState, Outcome
from webshop.audit.queries import history
from webshop.checkout import services as checkout
from webshop.checkout.forms import DecisionForm
from webshop.core.actor import Role
from webshop.core.clock import utcnow
from webshop.extensions import session
from webshop.orders.history import happenings
from webshop.orders.models import Order, OrderLine
from webshop.organisations.budgets import bound_by
from webshop.web.access import current_actor, needs
from webshop.web.errors import say

bp = Blueprint("approvals", __name__)


@bp.get("/freigaben", endpoint="inbox")
@needs(Role.APPROVER)
def inbox_page() -> ResponseReturnValue:
    """What waits for this person, beside the first of it."""
    view = _view()
    entries = inbox(session(), current_actor(), view, page=_page())
    first = case_for(session(), current_actor(), entries[0].case.subject_number) if entries else None
    return _render(view, first, form=DecisionForm(), entries=entries, single=False)


@bp.get("/freigaben/<number>")
@needs(Role.APPROVER)
def show(number: str) -> ResponseReturnValue:
    """One case, with the list beside it where there is room."""
    return _render(_view(), case_for(session(), current_actor(), number), form=DecisionForm(), single=True)


@bp.post("/freigaben/<number>")
@needs(Role.APPROVER)
def decide(number: str) -> ResponseReturnValue:
    """Grant, refuse or ask: which one says the button."""
    actor, now, form = current_actor(), utcnow(), DecisionForm()
    seen = case_for(session(), actor, number)
    order = session().get_one(Order, seen.case.subject_id)
    action = request.form.get("action", "")
    if not form.valid() or action not in ("grant", "refuse", "ask"):
        return _render(_view(), seen, form=form, single=True), 422
    comment = form.comment.data or ""
    try:
        if action == "ask":
            checkout.ask(session(), order, actor=actor, now=now, question=comment)
            message = _("Ihre Rückfrage zu %(number)s ist unterwegs.", number=number)
        else:
            message = _decide(order, action, comment, form.content_hash.data or "")
    except ReasonMissing as error:
        session().rollback()
        form.comment.errors = [say(error)]
        return _render(_view(), case_for(session(), actor, number), form=form, single=True), 422
    session().commit()
    flash(message)
    return redirect(url_for(".inbox"), 303)


def _decide(order: Order, action: str, comment: str, content_hash: str) -> str:
    outcome = Outcome.GRANTED if action == "grant" else Outcome.REFUSED
    state = checkout.decide(
        session(),
        order,
        actor=current_actor(),
        now=utcnow(),
        provider=current_app.extensions["webshop_settings"].provider,
        outcome=outcome,
        comment=comment,
        content_hash=content_hash,
    )
    if state == CaseState.OPEN:
        return _(
            "Ihre Freigabe zu %(number)s ist vermerkt. Es fehlt noch die Freigabe einer weiteren Person.", number=order.number
        )
    if outcome == Outcome.REFUSED:
        return _("Bestellung %(number)s abgelehnt.", number=order.number)
    return _("Bestellung %(number)s freigegeben.", number=order.number)


def _view() -> View:
    try:
        return View(request.args.get("ansicht", View.OPEN))
    except ValueError:
        return View.OPEN


def _page() -> int:
    raw = request.args.get("seite", "1")
    return min(int(raw), 10_000) if raw.isascii() and raw.isdigit() and len(raw) < 6 and int(raw) > 0 else 1


def _render(view: View, seen: CaseView | None, *, form: DecisionForm, single: bool, entries: Any = None) -> str:
    actor = current_actor()
    open_, questions, value = inbox_figures(session(), actor)
    g.open_approvals = open_ + questions
    if entries is None:
        entries = inbox(session(), actor, view, page=_page())
    labels = {View.OPEN: _("Offen"), View.QUESTIONS: _("Rückfragen"), View.DONE: _("Erledigt")}
    counts = {View.OPEN: open_, View.QUESTIONS: questions, View.DONE: None}
    tabs = [
        {"label": labels[v], "url": url_for(".inbox", ansicht=v), "current": v == view, "count": counts[v] or None} for v in View
    ]
    lead = ngettext(
        "%(num)d Bestellung wartet auf Ihre Entscheidung, zusammen %(value)s netto.",
        "%(num)d Bestellungen warten auf Ihre Entscheidung, zusammen %(value)s netto.",
        open_ + questions,
        value=current_app.jinja_env.filters["eur"](value),
    )
    return render_template(
        "approvals/inbox.html",
        view=view,
        tabs=tabs,
        lead=lead if open_ + questions else _("Es liegt nichts zur Entscheidung vor."),
        entries=entries,
        seen=seen,
        form=form,
        single=single,
        today=utcnow(),
        page=_page(),
        more=len(entries) == PAGE,
        **_detail(seen),
    )


def _detail(seen: CaseView | None) -> dict[str, Any]:
    """The order behind a case, with its budgets and history, in a fixed number of statements."""
    if seen is None:
        return {"order": None}
    order = (
        session()
        .scalars(
            select(Order)
            .where(Order.id == seen.case.subject_id, Order.organisation_id == current_actor().organisation_id)
            .options(
                joinedload(Order.buyer),
                selectinload(Order.lines).options(selectinload(OrderLine.shares), selectinload(OrderLine.deliveries)),
            )
        )
        .one()
    )
    return {
        "order": order,
        "budgets": bound_by(session(), order.number),
        "history": happenings(history(session(), "order", order.id)),
    }
