"""Every view states its right; one that does not stops the start (S-1).

`@needs(Role.X, …)` asks for one of the roles in the chosen organisation, `@signed_in` for any person, `@public` for
nobody. A missing right answers like a missing page (404); a guest is sent to sign in. The wrapper also repeats the
whole view when the database asks for it (R-24): a view changes nothing outside the database before its commit.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from webshop.core.actor import Actor, Role
from webshop.core.db import is_conflict
from webshop.core.errors import Conflict
from webshop.core.i18n import N_
from webshop.extensions import db

P = ParamSpec("P")
V = TypeVar("V", bound=ResponseReturnValue)

TRIES = 4
_VIEW_ACCESS = "_webshop_access"


class SignedIn(UserMixin):
    """What Flask-Login keeps: the session's secret id and the actor the database gave for it."""

    def __init__(self, sid: str, actor: Actor) -> None:
        self.sid = sid
        self.actor = actor

    def get_id(self) -> str:
        return self.sid


@dataclass(frozen=True)
class Access:
    """The right a view asks for: nobody's, any person's, or one of some roles."""

    public: bool = False
    roles: frozenset[Role] = frozenset()


def current_actor() -> Actor:
    """The person of this request; 401 where nobody is signed in."""
    actor = actor_or_none()
    if actor is None:
        abort(401)
    return actor


def actor_or_none() -> Actor | None:
    """The person of this request, if any; nobody on an error page whose reason may be the database itself."""
    if g.get("without_person"):
        return None
    user = current_user._get_current_object() if current_user else None
    return user.actor if isinstance(user, SignedIn) else None


def current_session_id() -> str:
    """The secret id of this browser's session; 401 where nobody is signed in."""
    user = current_user._get_current_object() if current_user else None
    return user.sid if isinstance(user, SignedIn) else abort(401)


def _guard(access: Access) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not access.public:
                actor = actor_or_none()
                if actor is None:
                    target = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
                    return redirect(url_for("accounts.sign_in", next=target), 303)
                if access.roles and not actor.has(*access.roles):
                    abort(404)
            return _repeat(lambda: view(*args, **kwargs))

        setattr(guarded, _VIEW_ACCESS, access)
        return guarded

    return decorate


def _repeat(unit: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run a unit of work, again when the database says that it lost a race."""
    for attempt in range(1, TRIES + 1):
        try:
            return unit()
        except StaleDataError as error:
            db.session.rollback()
            raise Conflict(
                N_("Diese Angaben hat inzwischen eine andere Person geändert. Prüfen Sie die neue Fassung.")
            ) from error
        except DBAPIError as error:
            db.session.rollback()
            if not is_conflict(error) or attempt == TRIES:
                raise
            current_app.logger.info("conflict, trying again", extra={"attempt": attempt})
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, no secret
            for upload in request.files.values():
                upload.stream.seek(0)
    raise AssertionError("unreachable")


def needs(*roles: Role) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """The view is for people with one of these roles in the chosen organisation."""
    if not roles:
        raise ValueError("name a role, or use signed_in")
    return _guard(Access(roles=frozenset(roles)))


def signed_in(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """The view is for everybody who is signed in."""
    return _guard(Access())(view)


def public(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """The view is open to the world."""
    return _guard(Access(public=True))(view)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The right that an endpoint states; None where it states none."""
    if endpoint == "static":
        return Access(public=True)
    return getattr(app.view_functions[endpoint], _VIEW_ACCESS, None)


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that states no right."""
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None})
    if silent:
        raise RuntimeError(f"routes without a right: {', '.join(silent)}")
