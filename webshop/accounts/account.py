"""One's own account: contact data, display, password and sessions, and the organisation one acts for."""

from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webshop.accounts import directory, guessing, keys, passwords, queries, security_log, services, sessions, sources
from webshop.accounts.blueprints import bp
from webshop.accounts.devices import Device
from webshop.accounts.door import too_many
from webshop.accounts.errors import TooManyTries, WeakPassword
from webshop.accounts.forms import ChangePasswordForm, ContactForm, DisplayForm
from webshop.accounts.models import Person
from webshop.accounts.tokens import digest
from webshop.core.actor import Actor
from webshop.core.clock import utcnow
from webshop.core.db import read_only
from webshop.core.errors import Conflict
from webshop.extensions import session
from webshop.web.access import current_actor, current_session_id, signed_in
from webshop.web.errors import say


def version_of(value: object) -> int | None:
    """The version that a form carries; None where it carries none that could be one."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@bp.route("/konto", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """What the shop knows about me; phone and department are mine to correct."""
    actor = current_actor()
    person = session().get_one(Person, actor.person_id)
    form = ContactForm(obj=person)
    if form.valid():
        try:
            services.change_person(
                session(),
                person,
                seen_version=version_of(form.version.data),
                first_name=person.first_name,
                last_name=person.last_name,
                phone=form.phone.data or "",
                department=form.department.data or "",
                actor=actor,
                now=utcnow(),
            )
            session().commit()
            flash(_("Ihre Angaben sind gespeichert."), "success")
            return redirect(url_for("accounts.account"), 303)
        except Conflict as error:
            session().rollback()
            form.blame(None, say(error))
            form.version.data = str(person.version)
    houses = directory.by_house(directory.own_roles(session(), actor, now=utcnow()))
    roles = [(house, ", ".join(_(label) for label in labels)) for house, labels in houses]
    return render_template("accounts/account.html", form=form, person=person, roles=roles), 422 if form.errors else 200


@bp.route("/konto/darstellung", methods=["GET", "POST"])
@signed_in
def display() -> ResponseReturnValue:
    """Language, light or dark."""
    actor = current_actor()
    form = DisplayForm(data={"language": actor.language, "theme": actor.theme})
    if form.valid():
        services.set_language(session(), actor.person_id, str(form.language.data))
        services.set_theme(session(), actor.person_id, str(form.theme.data))
        session().commit()
        flash(_("Ihre Auswahl ist gespeichert."), "success")
        return redirect(url_for("accounts.display"), 303)
    return render_template("accounts/display.html", form=form), 422 if form.errors else 200


@bp.get("/konto/sicherheit")
@signed_in
def security() -> ResponseReturnValue:
    """Password and sessions."""
    return _security(ChangePasswordForm()), 200


@bp.post("/konto/sicherheit")
@signed_in
def change_password() -> ResponseReturnValue:
    """A new password; whoever holds another browser with this account is signed out."""
    form = ChangePasswordForm()
    if not form.valid():
        return _security(form), 422
    try:
        sid = _change_password(form, current_actor(), current_session_id())
    except TooManyTries as error:
        error.field = "old"
        return too_many(error, form, "accounts/security.html", **_devices())
    if sid is None:
        return _security(form), 422
    sessions.establish(sid, current_actor())
    flash(_("Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet."), "success")
    return redirect(url_for("accounts.security"), 303)


def _change_password(form: ChangePasswordForm, actor: Actor, sid: str) -> str | None:
    """The session's new id, or None with the reason in the form. No transaction is open while hashes are made (R-23)."""
    now, settings = utcnow(), current_app.extensions["webshop_settings"]
    account, old, new = sources.account_hash(actor.email), str(form.old.data), str(form.password.data)
    with read_only():
        person = session().get_one(Person, actor.person_id)
        stored, names = person.password_hash, queries.names_about(session(), person)
        session().rollback()
    try:
        passwords.check(new, names=(*names, settings.shop_name, settings.provider.name))
    except WeakPassword as error:
        form.blame(error.field, say(error))
        return None
    guessing.begin_try(session(), account=account, source=sources.source_hash(), now=now)
    session().commit()
    if stored is None or not passwords.matches(stored, old):
        security_log.note("password.wrong", person_id=actor.person_id)
        form.blame("old", _("Das bisherige Passwort stimmt nicht."))
        return None
    new_hash = passwords.hash_of(new)
    guessing.forgive(session(), account=account)
    person = session().get_one(Person, actor.person_id)
    renewed = keys.change_password(
        session(), person, proven_hash=stored, password_hash=new_hash, sid=sid, actor=actor, now=now
    )
    session().commit()
    security_log.note("password.changed", person_id=actor.person_id)
    return renewed


@bp.post("/konto/sitzungen/<uuid:session_id>/beenden")
@signed_in
def end_session(session_id: UUID) -> ResponseReturnValue:
    """Sign one of my browsers out."""
    actor = current_actor()
    if not keys.end_own_session(session(), session_id, actor=actor):
        abort(404)
    session().commit()
    security_log.note("session.ended", person_id=actor.person_id)
    flash(_("Das Gerät ist abgemeldet."), "success")
    return redirect(url_for("accounts.security"), 303)


@bp.post("/konto/sitzungen/beenden")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign all my other browsers out."""
    actor = current_actor()
    count = keys.end_sessions(session(), actor.person_id, but=current_session_id())
    session().commit()
    security_log.note("session.ended_others", person_id=actor.person_id, count=count)
    flash(ngettext("Ein weiteres Gerät ist abgemeldet.", "%(num)d weitere Geräte sind abgemeldet.", count), "success")
    return redirect(url_for("accounts.security"), 303)


@bp.post("/konto/organisation")
@signed_in
def switch_organisation() -> ResponseReturnValue:
    """Act for another of my organisations in this browser; back to the start page, since pages belong to an organisation."""
    actor = current_actor()
    try:
        wanted = UUID(request.form.get("organisation_id", ""))
    except ValueError:
        abort(404)
    sid = keys.switch_organisation(session(), current_session_id(), wanted, actor=actor)
    if sid is None:
        abort(404)
    session().commit()
    sessions.establish(sid, actor)
    security_log.note("organisation.switched", person_id=actor.person_id, organisation_id=wanted)
    return redirect(url_for("pages.home"), 303)


def _security(form: ChangePasswordForm) -> str:
    return render_template("accounts/security.html", form=form, **_devices())


def _devices() -> dict[str, object]:
    rows, here = queries.sessions_of(session(), current_actor().person_id, now=utcnow()), digest(current_session_id())
    return {"devices": [Device.of(row, here=row.token_hash == here) for row in rows]}


@bp.record_once
def _keep_languages(state: BlueprintSetupState) -> None:
    """The language switch in every page's head keeps a signed-in person's choice; `web` knows no people."""

    def keep(actor: Actor, language: str) -> None:
        services.set_language(session(), actor.person_id, language)
        session().commit()

    state.app.extensions["webshop_keep_language"] = keep
