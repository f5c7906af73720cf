"""The fulfilment page: who works the queue claims an entry, finishes it, or says why it cannot be done."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.audit.queries import history
from webshop.core.actor import Actor, Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.typed import one_line
from webshop.extensions import session
from webshop.fulfilment import queries, services
from webshop.fulfilment.errors import NoSuchEntry
from webshop.fulfilment.forms import FailForm, FinishForm
from webshop.fulfilment.history import happenings
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.queries import PAGE, VIEW_LABELS, QueueFilter, Sort, View
from webshop.fulfilment.states import KIND_LABELS, STATE_KINDS, STATE_LABELS, WORKFLOW, EntryKind, EntryState
from webshop.web.access import current_actor, needs
from webshop.web.paging import Page, page_number

bp = Blueprint("fulfilment", __name__)

READERS = (Role.FULFILMENT, Role.ADMIN, Role.SALES, Role.SALES_LEAD, Role.AUDITOR)
ENTRY = "/abwicklung/<int(max=999999999999):entry_id>"


@bp.get("/abwicklung")
@needs(*READERS)
def index() -> ResponseReturnValue:
    """The queue, with its tabs and filters in the URL."""
    viewer = current_actor()
    wanted = _filter(viewer)
    counts = queries.counts(session(), viewer, wanted)
    page = Page(
        page_number(request.args.get("seite")),
        PAGE,
        counts[wanted.view],
        lambda number: _url(wanted, seite=number if number > 1 else None),
    )
    return render_template(
        "fulfilment/index.html",
        wanted=wanted,
        tabs=[_tab(wanted, view, counts) for view in View if view != View.MINE or queries.works_on(viewer)],
        rows=queries.entries(session(), viewer, wanted, offset=page.offset),
        page=page,
        customers=queries.customers(session(), viewer),
        kinds=[(kind, _(label)) for kind, label in KIND_LABELS.items()],
        sort_urls={sort: _url(wanted, sortierung=sort) for sort in Sort},
        reset_url=url_for("fulfilment.index", stand=wanted.view),
        works=queries.works_on(viewer),
        **_words(),
    )


@bp.get(ENTRY)
@needs(*READERS)
def show(entry_id: int) -> ResponseReturnValue:
    """One entry with all that warehouse or service desk need to know."""
    return _page(queries.entry_for(session(), current_actor(), entry_id), FinishForm(formdata=None), FailForm(formdata=None))


@bp.post(f"{ENTRY}/uebernehmen")
@needs(Role.FULFILMENT)
def claim(entry_id: int) -> ResponseReturnValue:
    """Take the entry: it is ours for a working day."""
    return _step(entry_id, services.claim_entry, _("Sie haben den Auftrag übernommen."))


@bp.post(f"{ENTRY}/zuruecklegen")
@needs(Role.FULFILMENT)
def release(entry_id: int) -> ResponseReturnValue:
    """Lay it back for others."""
    return _step(entry_id, services.release, _("Der Auftrag liegt wieder in der Warteschlange."))


@bp.post(f"{ENTRY}/erneut")
@needs(Role.FULFILMENT)
def retry(entry_id: int) -> ResponseReturnValue:
    """Put a parked entry back into the queue."""
    return _step(entry_id, services.retry, _("Der Auftrag ist erneut eingereiht."))


@bp.post(f"{ENTRY}/erledigt")
@needs(Role.FULFILMENT)
def finish(entry_id: int) -> ResponseReturnValue:
    """Delivered or set up."""
    actor = current_actor()
    entry = _workable(actor, entry_id)
    form = FinishForm()
    if not form.valid():
        return _page(entry, form, FailForm(formdata=None)), 422
    result = {"tracking": form.tracking.data, "note": (form.note.data or "").strip()}
    services.finish(
        session(),
        entry_id,
        form.token.data or "",
        result={key: value for key, value in result.items() if value},
        actor=actor,
        now=utcnow(),
    )
    number, position = entry.order_number, entry.payload["position"]
    session().commit()
    flash(_("Erledigt: Bestellung %(number)s, Position %(position)s.", number=number, position=position), "success")
    return redirect(url_for("fulfilment.index"), 303)


@bp.post(f"{ENTRY}/angehalten")
@needs(Role.FULFILMENT)
def fail(entry_id: int) -> ResponseReturnValue:
    """It cannot be done, and why."""
    actor = current_actor()
    entry = _workable(actor, entry_id)
    form = FailForm()
    if not form.valid():
        return _page(entry, FinishForm(formdata=None), form), 422
    services.fail(session(), entry_id, form.token.data or "", reason=form.reason.data or "", actor=actor, now=utcnow())
    session().commit()
    flash(_("Der Auftrag ist angehalten. Er steht unter „Angehalten“, bis ihn jemand erneut einreiht."), "success")
    return redirect(url_for("fulfilment.show", entry_id=entry_id), 303)


def _step(entry_id: int, verb: Callable[..., FulfilmentEntry], sentence: str) -> ResponseReturnValue:
    """A step without a form of its own."""
    actor = current_actor()
    _workable(actor, entry_id)
    verb(session(), entry_id, actor=actor, now=utcnow())
    session().commit()
    flash(sentence, "success")
    return redirect(url_for("fulfilment.show", entry_id=entry_id), 303)


def _workable(actor: Actor, entry_id: int) -> FulfilmentEntry:
    """The entry, if this person may work on it: a foreign one does not exist."""
    entry = queries.entry_for(session(), actor, entry_id)
    if not queries.works_on(actor):
        raise NoSuchEntry
    return entry


def _page(entry: FulfilmentEntry, finish_form: FinishForm, fail_form: FailForm) -> str:
    viewer, now = current_actor(), utcnow()
    state = queries.shown_state(entry, now)
    mine = state == EntryState.CLAIMED and entry.claimed_by == services.holder(viewer)
    allowed = {step.name: _(step.label) for step in WORKFLOW.open_steps(state, viewer.roles)} if queries.works_on(viewer) else {}
    return render_template(
        "fulfilment/show.html",
        entry=entry,
        state=state,
        mine=mine,
        steps=allowed,
        finish_form=finish_form,
        fail_form=fail_form,
        form=fail_form if fail_form.errors else finish_form,
        happenings=happenings(history(session(), "fulfilment", entry.id)),
        due=_day(entry.payload["promised_date"] or entry.payload["desired_date"]),
        desired=_day(entry.payload["desired_date"]),
        **_words(now),
    )


def _words(now: datetime | None = None) -> dict[str, Any]:
    now = now or utcnow()
    return {
        "now": now,
        "today": berlin_date(now),
        "age": lambda since: (berlin_date(now) - berlin_date(since)).days,
        "shown_state": lambda entry: queries.shown_state(entry, now),
        "state_labels": {key: _(label) for key, label in STATE_LABELS.items()},
        "state_kinds": STATE_KINDS,
        "kind_labels": {key: _(label) for key, label in KIND_LABELS.items()},
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _filter(viewer: Actor) -> QueueFilter:
    """What the URL asks for; anything unknown is left out (S-34)."""
    args = request.args
    view = args.get("stand", "")
    return QueueFilter(
        view=View(view) if view in list(View) else View.WAITING,
        kind=EntryKind(args["art"]) if args.get("art") in list(EntryKind) else None,
        customer=one_line(args.get("kunde", ""))[:20],
        text=one_line(args.get("suche", ""))[:100],
        sort=Sort(args["sortierung"]) if args.get("sortierung") in list(Sort) else Sort.AGE,
        holder=services.holder(viewer),
    )


def _tab(wanted: QueueFilter, view: View, counts: dict[View, int]) -> dict[str, Any]:
    return {"label": _(VIEW_LABELS[view]), "url": _url(wanted, stand=view), "current": view == wanted.view, "count": counts[view]}


def _url(wanted: QueueFilter, **changed: object) -> str:
    """The list's address with something changed; what is as usual is left out."""
    args: dict[str, Any] = {
        "stand": wanted.view if wanted.view != View.WAITING else None,
        "art": wanted.kind,
        "kunde": wanted.customer or None,
        "suche": wanted.text or None,
        "sortierung": wanted.sort if wanted.sort != Sort.AGE else None,
    }
    return url_for("fulfilment.index", **(args | changed))
