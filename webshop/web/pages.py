"""Pages without a subject: the way in, the language, legal texts, help."""

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from webshop.web.access import actor_or_none, public
from webshop.web.redirects import safe_next

bp = Blueprint("pages", __name__)


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """To the start page of the role."""
    return redirect(url_for(current_app.extensions["webshop_home"](actor_or_none())), 303)


@bp.post("/sprache")
@public
def set_language() -> ResponseReturnValue:
    """The language of this browser; a signed-in person's is kept in the account."""
    wanted = request.form.get("language", "de")
    session["language"] = wanted if wanted in ("de", "en") else "de"
    actor = actor_or_none()
    if actor is not None:
        current_app.extensions["webshop_keep_language"](actor, session["language"])
    return redirect(safe_next(request.form.get("next")), 303)


def _page(path: str, endpoint: str, template: str) -> None:
    @public
    def show() -> ResponseReturnValue:
        return render_template(f"pages/{template}.html")

    bp.add_url_rule(path, endpoint, show, methods=["GET"])


_page("/impressum", "imprint", "imprint")
_page("/datenschutz", "privacy", "privacy")
_page("/barrierefreiheit", "accessibility", "accessibility")
_page("/barriere-melden", "report_barrier", "report_barrier")
_page("/leichte-sprache", "easy_language", "easy_language")
_page("/hilfe", "help", "help")
_page("/kontakt", "contact", "contact")
