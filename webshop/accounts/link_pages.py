"""Pages behind mailed links: asking for one, and choosing a password with one.

A mail scanner may open the address: looking changes nothing, only the form's POST uses the link up. The address is a
secret, so these pages send no path as referrer (S-16).
"""

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.accounts import guessing, keys, passwords, queries, security_log, sources
from webshop.accounts.blueprints import bp
from webshop.accounts.door import too_many
from webshop.accounts.errors import LinkVoid, TooManyTries, WeakPassword
from webshop.accounts.forms import ForgottenForm, NewPasswordForm
from webshop.accounts.models import LinkPurpose
from webshop.accounts.queries import LinkHolder
from webshop.accounts.tokens import digest
from webshop.core.clock import utcnow
from webshop.core.db import read_only, unbound
from webshop.extensions import session
from webshop.web.access import public
from webshop.web.errors import say

REFERRER = {"Referrer-Policy": "strict-origin"}
"""Not `no-referrer`: browsers would then send `Origin: null` with the form."""


@bp.route("/passwort-vergessen", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask for a reset link; the answer is the same whether there is such an account or not (S-15)."""
    form = ForgottenForm()
    if not form.valid():
        return render_template("accounts/forgotten.html", form=form), 422 if form.errors else 200
    email, now = str(form.email.data), utcnow()
    try:
        guessing.begin_try(session(), account=sources.reset_hash(email), source=sources.source_hash(), now=now)
    except TooManyTries as error:
        error.field = "email"
        return too_many(error, form, "accounts/forgotten.html")
    person = keys.request_reset(session(), email, now=now)
    session().commit()
    security_log.note("reset.requested", person_id=person.id if person else None)
    flash(_("Wenn es zu dieser Adresse ein Konto gibt, ist eine E-Mail mit einem Link unterwegs. Er gilt 30 Minuten."), "info")
    return redirect(url_for("accounts.sign_in"), 303)


@bp.route("/einladung/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Choose the first password."""
    return _choose(token, LinkPurpose.INVITATION)


@bp.route("/passwort-neu/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> ResponseReturnValue:
    """Choose another password in place of a forgotten one."""
    return _choose(token, LinkPurpose.RESET)


def _choose(token: str, purpose: LinkPurpose) -> ResponseReturnValue:
    now, form = utcnow(), NewPasswordForm()
    with read_only():
        holder = queries.link_holder(session(), digest(token), purpose, now=now)
        session().rollback()
    if holder is None:
        return make_response(render_template("accounts/link_void.html"), 404, REFERRER)
    if form.valid() and _use(form, holder, token, purpose):
        flash(_("Ihr Passwort ist gespeichert. Melden Sie sich damit an."), "success")
        return redirect(url_for("accounts.sign_in"), 303)
    page = render_template("accounts/choose_password.html", form=form, holder=holder, invited=purpose is LinkPurpose.INVITATION)
    return make_response(page, 422 if form.errors else 200, REFERRER)


def _use(form: NewPasswordForm, holder: LinkHolder, token: str, purpose: LinkPurpose) -> bool:
    """Use the link up; False with the reason in the form where the password is no good. Nothing is open while hashing.

    Whoever else is signed in in this browser, the link's holder acts: no tenant is bound meanwhile.
    """
    settings, password = current_app.extensions["webshop_settings"], str(form.password.data)
    try:
        passwords.check(password, names=(*holder.names, settings.shop_name, settings.provider.name))
        new = passwords.hash_of(password)
        with unbound():
            keys.redeem(session(), token, purpose, password_hash=new, now=utcnow())
            guessing.forgive(session(), account=sources.account_hash(holder.email))
            session().commit()
    except (WeakPassword, LinkVoid) as error:
        session().rollback()
        form.blame(error.field, say(error))
        return False
    security_log.note(f"{purpose}.redeemed", person_id=holder.person_id)
    return True
