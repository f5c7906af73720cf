"""Getting in and out."""

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.accounts import guessing, keys, passwords, queries, security_log, sessions, sources
from webshop.accounts.blueprints import bp
from webshop.accounts.errors import TooManyTries, WithoutRole
from webshop.accounts.forms import SignInForm
from webshop.core.actor import Actor
from webshop.core.clock import utcnow
from webshop.core.i18n import N_
from webshop.extensions import session
from webshop.web.access import actor_or_none, current_actor, current_session_id, public, signed_in
from webshop.web.errors import say
from webshop.web.forms import ShopForm
from webshop.web.redirects import safe_next


@bp.route("/anmelden", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; a signed-in person is sent on."""
    target = safe_next(request.values.get("next"))
    if request.method == "GET" and actor_or_none() is not None:
        return redirect(target, 303)
    form = SignInForm()
    if form.valid():
        try:
            actor = _enter(str(form.email.data), str(form.password.data))
        except TooManyTries as error:
            security_log.note("sign_in.throttled")
            return too_many(error, form, "accounts/sign_in.html", target=target)
        except WithoutRole as error:
            form.blame(error.field, say(error))
        else:
            if actor is not None:
                return redirect(target, 303)
            form.blame("password", _("E-Mail-Adresse oder Passwort stimmt nicht."))
    return render_template("accounts/sign_in.html", form=form, target=target), 422 if form.errors else 200


def too_many(error: TooManyTries, form: ShopForm, template: str, **data: object) -> ResponseReturnValue:
    """The form again, saying how long to wait (S-14)."""
    session().rollback()
    form.blame(error.field, say(error))
    response = make_response(render_template(template, form=form, **data), 429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _enter(email: str, password: str) -> Actor | None:
    """Sign the browser in where the password is right.

    Three steps, and none holds a transaction while a password is compared (R-23): write the try down; compare; take the try
    back and start the session. A wrong password and an unknown account end after the second, alike (S-15).
    """
    now, account, source = utcnow(), sources.account_hash(email), sources.source_hash()
    guessing.begin_try(session(), account=account, source=source, now=now)
    person_id, stored = queries.credentials(session(), email)
    session().commit()
    right = passwords.matches(stored, password)
    renewed = passwords.hash_of(password) if right and stored and passwords.outdated(stored) else None
    if not right or person_id is None or queries.credentials(session(), email, lock=True) != (person_id, stored):
        session().rollback()
        security_log.note("sign_in.failed", account=account[: security_log.SHOWN])
        return None
    actor = queries.actor_for(session(), person_id, now=now)
    guessing.forgive(session(), account=account, source=source)
    if actor is None:
        session().commit()
        security_log.note("sign_in.without_role", person_id=person_id)
        raise WithoutRole(
            N_("Ihr Konto hat zurzeit keine Rolle. Wenden Sie sich an Ihre Kundenadministration oder den IT-Dienstleister."),
            field="password",
        )
    if renewed and stored:
        keys.renew_hash(session(), person_id, proven_hash=stored, password_hash=renewed)
    if before := sessions.kept_id():
        keys.end_session(session(), before)
    sid = keys.start_session(session(), actor, user_agent=sources.user_agent(), network=sources.network(), now=now)
    session().commit()
    sessions.establish(sid, actor)
    security_log.note("sign_in", person_id=actor.person_id, organisation_id=actor.organisation_id)
    return actor


@bp.post("/abmelden")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this browser's session, here and on the server."""
    actor = current_actor()
    keys.end_session(session(), current_session_id())
    session().commit()
    sessions.forget()
    security_log.note("sign_out", person_id=actor.person_id)
    return redirect(safe_next(None), 303)
