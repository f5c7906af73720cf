"""The outbox for those who look after the shop: what went out, what waits, what is parked and why."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from webshop.backoffice import queries
from webshop.backoffice.queries import PAGE, VIEW_LABELS, MailView
from webshop.core.actor import Role
from webshop.core.clock import utcnow
from webshop.core.typed import one_line
from webshop.documents import services as documents
from webshop.extensions import session
from webshop.outbox import queue as outbox
from webshop.outbox.models import MailState, OutboxMail
from webshop.web.access import current_actor, needs
from webshop.web.paging import Page, page_number

bp = Blueprint("backoffice", __name__)

READERS = (Role.ADMIN, Role.AUDITOR)
MAIL = "/betrieb/postausgang/<int(max=999999999999):mail_id>"
AT_ONCE = 500
"""Parked mails that one press of the button puts back."""


@bp.get("/betrieb/postausgang")
@needs(*READERS)
def mails() -> ResponseReturnValue:
    """The outbox, newest first."""
    viewer = current_actor()
    asked = request.args.get("stand", "")
    view = MailView(asked) if asked in list(MailView) else MailView.ALL
    text = one_line(request.args.get("suche", ""))[:100]
    counts = queries.counts(session(), viewer, text)
    page = Page(
        page_number(request.args.get("seite")),
        PAGE,
        counts[view],
        lambda number: _url(view, text, seite=number if number > 1 else None),
    )
    return render_template(
        "backoffice/mails.html",
        view=view,
        text=text,
        tabs=[
            {"label": _(VIEW_LABELS[one]), "url": _url(one, text), "current": one == view, "count": counts[one]}
            for one in MailView
        ],
        rows=queries.mails(session(), viewer, view, text, offset=page.offset),
        page=page,
        parked=queries.parked_documents(session(), viewer),
        may_retry=queries.may_retry(viewer),
        delivers=_delivers(),
        failed_view=view == MailView.FAILED and counts[MailView.FAILED],
    )


@bp.get(MAIL)
@needs(*READERS)
def mail(mail_id: int) -> ResponseReturnValue:
    """One mail as its recipient reads it, with what the mail server said."""
    viewer = current_actor()
    found = queries.mail_for(session(), viewer, mail_id)
    return render_template(
        "backoffice/mail.html",
        mail=found,
        text=queries.readable(found, viewer, delivers=_delivers()),
        attachments=queries.attachments(session(), found),
        may_retry=queries.may_retry(viewer),
        delivers=_delivers(),
    )


@bp.post(f"{MAIL}/erneut")
@needs(Role.ADMIN)
def retry_mail(mail_id: int) -> ResponseReturnValue:
    """Put a parked mail back."""
    actor = current_actor()
    _require_care(queries.mail_for(session(), actor, mail_id))
    outbox.retry(session(), mail_id, actor=actor, now=utcnow())
    session().commit()
    flash(_("Die E-Mail ist erneut eingereiht."), "success")
    return redirect(url_for("backoffice.mail", mail_id=mail_id), 303)


@bp.post("/betrieb/postausgang/erneut")
@needs(Role.ADMIN)
def retry_mails() -> ResponseReturnValue:
    """Put all parked mails back: the mail server is well again."""
    actor, now = current_actor(), utcnow()
    _require_care()
    parked = session().scalars(
        select(OutboxMail.id).where(OutboxMail.state == MailState.FAILED).order_by(OutboxMail.id).limit(AT_ONCE)
    )
    ids = parked.all()
    for mail_id in ids:
        outbox.retry(session(), mail_id, actor=actor, now=now)
    session().commit()
    flash(ngettext("Eine E-Mail ist erneut eingereiht.", "%(num)d E-Mails sind erneut eingereiht.", len(ids)), "success")
    return redirect(url_for("backoffice.mails"), 303)


@bp.post("/betrieb/dokumente/<int(max=999999999999):document_id>/erneut")
@needs(Role.ADMIN)
def retry_document(document_id: int) -> ResponseReturnValue:
    """Have a parked document made again."""
    _require_care()
    documents.retry(session(), document_id, actor=current_actor(), now=utcnow())
    session().commit()
    flash(_("Das Dokument wird erneut erstellt."), "success")
    return redirect(url_for("backoffice.mails"), 303)


def _require_care(_seen: Any = None) -> None:
    """Administration of the provider only; for others this does not exist."""
    if not queries.may_retry(current_actor()):
        raise queries.NoSuchMail


def _delivers() -> bool:
    """True where a mail server is set up."""
    return bool(current_app.extensions["webshop_settings"].smtp_url)


def _url(view: MailView, text: str, **more: object) -> str:
    args: dict[str, Any] = {"stand": view if view != MailView.ALL else None, "suche": text or None, **more}
    return url_for("backoffice.mails", **args)
