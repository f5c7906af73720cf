"""Signing people in without the form: a session as the shop itself makes it, and the cookie that belongs to it."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from webshop.accounts import queries, services
from webshop.accounts.models import Person
from webshop.core.clock import utcnow
from webshop.extensions import db, login
from webshop.organisations.models import Organisation

if TYPE_CHECKING:
    from tests.browsing import Client


def sign_in(client: "Client", person: Person, organisation: Organisation | None = None) -> None:
    """Give the client's browser a session of this person, for their first organisation or for the named one."""
    person_id, organisation_id = person.id, organisation.id if organisation else None
    if client.session is not None:
        sid = _start(client.session, person_id, organisation_id)
        client.session.flush()
    else:
        sid = client._outside(lambda: _start_committed(client, person_id, organisation_id))
    client._outside(lambda: _keep(client, sid))


def _start(session: Session, person_id: object, organisation_id: object) -> str:
    now = utcnow()
    actor = queries.actor_for(session, person_id, organisation_id, now=now)  # type: ignore[arg-type]
    assert actor is not None, "this person holds no role today"
    assert organisation_id in (None, actor.organisation_id), "this person holds no role there"
    return services.start_session(session, actor, user_agent="", network="127.0.0.0/24", now=now)


def _start_committed(client: "Client", person_id: object, organisation_id: object) -> str:
    with client.app.app_context():
        sid = _start(db.session(), person_id, organisation_id)
        db.session.commit()
        return sid


def _keep(client: "Client", sid: str) -> None:
    with client.app.test_request_context(environ_base=client.http.environ_base):
        identifier = login._session_identifier_generator()
    with client.http.session_transaction() as cookie:
        cookie.update({"_user_id": sid, "_fresh": True, "_id": identifier})
