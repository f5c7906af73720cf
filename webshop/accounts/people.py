"""The people of all organisations: listed, made, invited, given roles, shut out. Administration changes, auditors read."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.accounts import directory, security_log, services
from webshop.accounts.account import version_of
from webshop.accounts.blueprints import people_bp as bp
from webshop.accounts.directory import PAGE_SIZE, STATE_LABELS, PersonState
from webshop.accounts.forms import DetailsForm, NewPersonForm, RoleForm
from webshop.accounts.models import Person
from webshop.core.actor import Actor, Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.db import check_version
from webshop.core.errors import Invalid, ShopError
from webshop.core.i18n import N_
from webshop.core.typed import day
from webshop.extensions import session
from webshop.web.access import current_actor, needs
from webshop.web.errors import say
from webshop.web.forms import choices
from webshop.web.paging import Page, page_number


def _administrator() -> Actor:
    """The actor, who must administer for the provider: in a customer's house that role does not exist."""
    actor = current_actor()
    return actor if actor.is_staff else abort(404)


@bp.get("/betrieb/personen")
@needs(Role.ADMIN, Role.AUDITOR)
def index() -> ResponseReturnValue:
    """The list, by name, searched and filtered by the URL."""
    viewer, words = current_actor(), request.args.get("suche", "").strip()[:200]
    state = _state(request.args.get("status"))
    given: dict[str, Any] = {"suche": words or None, "status": state}
    page = Page(
        number=page_number(request.args.get("seite")),
        size=PAGE_SIZE,
        total=directory.count_people(session(), viewer, words=words, state=state),
        link=lambda number: url_for("people.index", **given, seite=number if number > 1 else None),
    )
    entries = directory.people(session(), viewer, now=utcnow(), words=words, state=state, offset=page.offset)
    states = [(value.value, _(label)) for value, (label, _kind) in STATE_LABELS.items()]
    return render_template(
        "accounts/people.html", entries=entries, page=page, q=words, state=state, states=states, labels=STATE_LABELS
    )


@bp.route("/betrieb/personen/neu", methods=["GET", "POST"])
@needs(Role.ADMIN)
def new() -> ResponseReturnValue:
    """Make somebody, with their first roles, and invite them."""
    actor, form = _administrator(), NewPersonForm()
    form.organisation_id.choices = choices([("", _("Bitte wählen")), *directory.houses(session())])
    if form.valid():
        try:
            person = _create(form, actor)
            session().commit()
        except ShopError as error:
            session().rollback()
            form.blame(error.field, say(error))
        else:
            security_log.note("person.created", person_id=actor.person_id, about=str(person.id))
            flash(_("%(name)s ist angelegt und hat eine Einladung erhalten.", name=person.name), "success")
            return redirect(url_for("people.show", person_id=person.id), 303)
    return render_template("accounts/new_person.html", form=form), 422 if form.errors else 200


@bp.get("/betrieb/personen/<uuid:person_id>")
@needs(Role.ADMIN, Role.AUDITOR)
def show(person_id: UUID) -> ResponseReturnValue:
    """One person: contact data, roles, and what can be done."""
    person = directory.person_for(session(), current_actor(), person_id)
    return _page(person, DetailsForm(formdata=None, obj=person)), 200


@bp.post("/betrieb/personen/<uuid:person_id>")
@needs(Role.ADMIN)
def change(person_id: UUID) -> ResponseReturnValue:
    """Correct the contact data."""
    actor, form = _administrator(), DetailsForm()
    person = directory.person_for(session(), actor, person_id)
    if form.valid():
        try:
            services.change_person(
                session(),
                person,
                seen_version=version_of(form.version.data),
                first_name=str(form.first_name.data),
                last_name=str(form.last_name.data),
                phone=form.phone.data or "",
                department=form.department.data or "",
                actor=actor,
                now=utcnow(),
            )
            session().commit()
            flash(_("Die Angaben zu %(name)s sind gespeichert.", name=person.name), "success")
            return redirect(url_for("people.show", person_id=person.id), 303)
        except ShopError as error:
            session().rollback()
            form.blame(error.field, say(error))
            form.version.data = str(person.version)
    return _page(person, form), 422


@bp.post("/betrieb/personen/<uuid:person_id>/rollen")
@needs(Role.ADMIN)
def assign(person_id: UUID) -> ResponseReturnValue:
    """Give roles in one organisation."""
    actor, form = _administrator(), RoleForm()
    person = directory.person_for(session(), actor, person_id)
    if form.valid():
        try:
            _assign(form, person, actor)
            session().commit()
            security_log.note("role.given", person_id=actor.person_id, about=str(person.id))
            flash(_("Die Rollen von %(name)s sind gespeichert.", name=person.name), "success")
            return redirect(url_for("people.show", person_id=person.id), 303)
        except ShopError as error:
            session().rollback()
            form.blame(error.field, say(error))
    return _page(person, DetailsForm(formdata=None, obj=person), form), 422


@bp.post("/betrieb/personen/<uuid:person_id>/rollen/<uuid:role_id>/beenden")
@needs(Role.ADMIN)
def end_role(person_id: UUID, role_id: UUID) -> ResponseReturnValue:
    """Take a role away; it counts from the person's next request on."""
    actor = _administrator()
    person = directory.person_for(session(), actor, person_id)
    check_version(person, version_of(request.form.get("version")))
    services.end_role(
        session(), directory.role_for(session(), actor, person_id, role_id), person, actor=actor, now=utcnow()
    )
    session().commit()
    security_log.note("role.ended", person_id=actor.person_id, about=str(person_id))
    flash(_("Die Rolle ist beendet."), "success")
    return redirect(url_for("people.show", person_id=person_id), 303)


@bp.post("/betrieb/personen/<uuid:person_id>/konto")
@needs(Role.ADMIN)
def act(person_id: UUID) -> ResponseReturnValue:
    """Invite again, deactivate or activate: which one says the button."""
    actor, now, action = _administrator(), utcnow(), request.form.get("action")
    person, seen = directory.person_for(session(), actor, person_id), version_of(request.form.get("version"))
    if action == "invite":
        services.invite(session(), person, actor=actor, now=now)
        text = _("%(name)s hat eine neue Einladung erhalten. Ältere gelten nicht mehr.", name=person.name)
    elif action == "deactivate":
        services.deactivate(session(), person, seen_version=seen, actor=actor, now=now)
        text = _("%(name)s ist deaktiviert und überall abgemeldet.", name=person.name)
    elif action == "activate":
        services.activate(session(), person, seen_version=seen, actor=actor, now=now)
        text = _("%(name)s ist wieder aktiv.", name=person.name)
    else:
        abort(400)
    session().commit()
    security_log.note(f"person.{action}", person_id=actor.person_id, about=str(person_id))
    flash(text, "success")
    return redirect(url_for("people.show", person_id=person_id), 303)


def _create(form: NewPersonForm, actor: Actor) -> Person:
    now = utcnow()
    person = services.create_person(
        session(),
        email=str(form.email.data),
        first_name=str(form.first_name.data),
        last_name=str(form.last_name.data),
        phone=form.phone.data or "",
        department=form.department.data or "",
        actor=actor,
        now=now,
    )
    house, roles = form.chosen()
    for role in roles:
        services.assign_role(session(), person, role, house, actor=actor, now=now)
    services.invite(session(), person, actor=actor, now=now)
    return person


def _assign(form: RoleForm, person: Person, actor: Actor) -> None:
    now = utcnow()
    check_version(person, version_of(form.version.data))
    start, end = (_day(form[name].data, name, now) for name in ("valid_from", "valid_to"))
    house, roles = form.chosen()
    for role in roles:
        services.assign_role(session(), person, role, house, actor=actor, now=now, valid_from=start, valid_to=end)


def _page(person: Person, form: DetailsForm, role_form: RoleForm | None = None) -> str:
    viewer = current_actor()
    editable = viewer.is_staff and viewer.has(Role.ADMIN)
    role_form = role_form or RoleForm(formdata=None)
    houses = directory.houses(session()) if editable else []
    role_form.organisation_id.choices = choices([("", _("Bitte wählen")), *houses])
    roles = directory.roles_of(session(), viewer, person.id, now=utcnow())
    state = directory.state_of(person)
    return render_template(
        "accounts/person.html",
        person=person,
        form=form,
        role_form=role_form,
        roles=roles,
        state=state,
        state_label=STATE_LABELS[state],
        editable=editable,
    )


def _day(text: str | None, field: str, now: datetime) -> date | None:
    try:
        return day(text, berlin_date(now)) if text else None
    except ValueError as error:
        raise Invalid(N_("Das ist kein Tag. Schreiben Sie ihn wie 30.11.2026."), field=field) from error


def _state(text: str | None) -> PersonState | None:
    return PersonState(text) if text in set(PersonState) else None
