"""The staff's list of people."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import PASSWORD, make_organisation, make_person, make_provider, make_role
from webshop.accounts.models import Person, RoleAssignment, WebSession
from webshop.audit.models import AuditEvent
from webshop.core.actor import Role
from webshop.outbox.models import OutboxMail

LIST = "/betrieb/personen"


@pytest.fixture
def admin(client: Client, session: Session) -> Person:
    """An administrator of the provider, signed in."""
    person = make_person(session, Role.ADMIN, first_name="Jana", last_name="Vogt")
    client.sign_in(person)
    return person


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)))


def new_person(client: Client, session: Session, **values: Any) -> Any:
    form = client.get(f"{LIST}/neu")
    given: dict[str, Any] = {
        "first_name": "Karl",
        "last_name": "Neumann",
        "email": "Karl.Neumann@Stendal.example.org",
        "organisation_id": str(make_organisation(session, "Hansestadt Stendal").id),
        "roles": ["buyer", "approver"],
    }
    return client.submit(form, "Anlegen und einladen", **{**given, **values})


def test_a_person_is_made_with_roles_and_invited(client: Client, session: Session, admin: Person) -> None:
    make_organisation(session, "Hansestadt Stendal")

    answer = new_person(client, session)

    assert answer.page.h1 == "Karl Neumann"
    assert "Einladung erhalten" in answer.page.text
    person = session.scalars(select(Person).where(Person.email == "karl.neumann@stendal.example.org")).one()
    assert person.password_hash is None
    roles = session.scalars(select(RoleAssignment.role).where(RoleAssignment.person_id == person.id)).all()
    assert set(roles) == {Role.BUYER, Role.APPROVER}
    assert [(mail.kind, mail.to_address) for mail in session.scalars(select(OutboxMail))] == [("invitation", person.email)]
    assert sorted(actions(session)) == ["person.created", "person.invited", "person.role_given", "person.role_given"]
    assert {event.actor_id for event in session.scalars(select(AuditEvent))} == {admin.id}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"first_name": " "}, "first_name"),
        ({"last_name": ""}, "last_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ({"email": "keine Adresse"}, "email"),
        ({"email": "a@b.example.org, c@d.example.org"}, "email"),
        ({"organisation_id": ""}, "organisation_id"),
        ({"roles": ["admin"]}, "roles"),
    ],
)
def test_what_is_missing_or_wrong_is_named_at_its_field(
    client: Client, session: Session, admin: Person, values: dict[str, Any], field: str
) -> None:
    make_organisation(session, "Hansestadt Stendal")
    form = client.get(f"{LIST}/neu").page.form("Anlegen und einladen")
    form.values["roles"] = values.get("roles", ["buyer"])
    filled: dict[str, Any] = {"first_name": "Karl", "last_name": "Neumann", "email": "karl@stendal.example.org"}
    filled["organisation_id"] = str(make_organisation(session, "Hansestadt Stendal").id)
    form.fill(**{**filled, **{name: value for name, value in values.items() if name != "roles"}})

    answer = client.send(client.get(f"{LIST}/neu"), form)

    assert answer.status_code == 422
    page = answer.page
    marked = field in page.errors or page.select(f"#{field}-fehler")
    assert marked, page.errors
    assert session.scalar(select(func.count(Person.id))) == 1
    assert session.scalars(select(OutboxMail)).all() == []


def test_one_address_is_one_person(client: Client, session: Session, admin: Person) -> None:
    make_organisation(session, "Hansestadt Stendal")
    taken = make_person(session, email="karl.neumann@stendal.example.org")

    answer = new_person(client, session)

    assert answer.status_code == 422
    assert "gibt es schon ein Konto" in answer.page.errors["email"]
    assert session.scalar(select(func.count(Person.id)).where(Person.email == taken.email)) == 1


def test_s31_line_breaks_in_names_reach_no_mail_header(client: Client, session: Session, admin: Person) -> None:
    make_organisation(session, "Hansestadt Stendal")

    new_person(client, session, last_name="Neumann\r\nBcc: alle@example.org")

    mail = session.scalars(select(OutboxMail)).one()
    assert mail.to_name == "Karl Neumann Bcc: alle@example.org"
    assert not {"\r", "\n"} & set(mail.to_name + mail.subject + mail.to_address)


def test_roles_are_given_for_a_period_and_ended(client: Client, session: Session, admin: Person) -> None:
    person, house = make_person(session), make_organisation(session, "Amt Weida")
    page = client.get(f"{LIST}/{person.id}")

    given = {"organisation_id": str(house.id), "roles": ["approver"], "valid_from": "1.1.2020", "valid_to": "31.12.2099"}
    page = client.submit(page, "Rollen vergeben", **given)
    assert "31.12.2099" in page.page.text
    assert actions(session) == ["person.role_given"]

    page = client.submit(page, "Beenden: Freigebende Person, Amt Weida")
    assert "beendet" in page.page.text
    assert actions(session) == ["person.role_given", "person.role_ended"]
    row = session.scalars(select(RoleAssignment).where(RoleAssignment.organisation_id == house.id)).one()
    assert row.valid_to is not None
    assert row.valid_to.year < 2099


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"organisation_id": ""}, "organisation_id"),
        ({"organisation_id": "x"}, "organisation_id"),
        ({"organisation_id": "00000000-0000-0000-0000-000000000000"}, "organisation_id"),
        ({"roles": "admin"}, "roles"),
        ({"roles": "king"}, "roles"),
        ({"valid_from": "31.2.2026"}, "valid_from"),
        ({"valid_to": "1.1.2001"}, "valid_to"),
    ],
)
def test_roles_that_cannot_be_are_refused_at_their_field(
    client: Client, session: Session, admin: Person, values: dict[str, str], field: str
) -> None:
    person = make_person(session)
    given = {"organisation_id": str(make_organisation(session, "Amt Weida").id), "roles": "buyer", "version": "1"}

    answer = client.post(f"{LIST}/{person.id}/rollen", {**given, **values})

    assert answer.status_code == 422
    assert answer.page.select(f"#{field}-fehler") or field in answer.page.errors
    assert session.scalar(select(func.count(RoleAssignment.id)).where(RoleAssignment.person_id == person.id)) == 1


def test_a_role_that_somebody_holds_is_not_given_twice(client: Client, session: Session, admin: Person) -> None:
    person = make_person(session)
    house = make_organisation(session)

    again = {"organisation_id": str(house.id), "roles": "buyer", "version": str(person.version)}
    client.post(f"{LIST}/{person.id}/rollen", again)

    assert session.scalar(select(func.count(RoleAssignment.id)).where(RoleAssignment.person_id == person.id)) == 1
    assert actions(session) == []


def test_s11_deactivating_ends_sessions_at_once_and_activating_lets_in_again(
    client: Client, session: Session, admin: Person
) -> None:
    person = make_person(session, password=PASSWORD)
    theirs = Client(client.app, session).sign_in(person)

    page = client.submit(client.get(f"{LIST}/{person.id}"), "Deaktivieren")
    assert "überall abgemeldet" in page.page.text
    assert session.scalars(select(WebSession).where(WebSession.person_id == person.id)).all() == []
    assert theirs.get("/konto").status_code == 303
    assert theirs.post("/anmelden", {"email": person.email, "password": PASSWORD}).status_code == 422

    client.submit(page, "Aktivieren")
    assert theirs.post("/anmelden", {"email": person.email, "password": PASSWORD}).status_code == 303
    assert actions(session) == ["person.deactivated", "person.activated"]


def test_an_invitation_is_repeated_until_there_is_a_password(client: Client, session: Session, admin: Person) -> None:
    invited, settled = make_person(session), make_person(session, password=PASSWORD)

    client.submit(client.get(f"{LIST}/{invited.id}"), "Erneut einladen")
    assert session.scalars(select(OutboxMail)).one().to_address == invited.email

    assert "Erneut einladen" not in client.get(f"{LIST}/{settled.id}").page.buttons
    answer = client.post(f"{LIST}/{settled.id}/konto", {"action": "invite", "version": "1"})
    assert answer.status_code == 409
    assert len(session.scalars(select(OutboxMail)).all()) == 1


def test_nobody_locks_themselves_out(client: Client, session: Session, admin: Person) -> None:
    page = client.get(f"{LIST}/{admin.id}")
    role_id = session.scalars(select(RoleAssignment.id).where(RoleAssignment.person_id == admin.id)).one()

    assert "Deaktivieren" not in page.page.buttons
    assert client.post(f"{LIST}/{admin.id}/konto", {"action": "deactivate", "version": "1"}).status_code == 409
    assert client.post(f"{LIST}/{admin.id}/rollen/{role_id}/beenden", {"version": "1"}).status_code == 409
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("", {"first_name": "A", "last_name": "B"}, 422),
        ("/konto", {"action": "deactivate"}, 409),
        ("/rollen", {"roles": "buyer"}, 422),
    ],
)
def test_r7_what_was_changed_meanwhile_is_not_overwritten(
    client: Client, session: Session, admin: Person, path: str, data: dict[str, str], status: int
) -> None:
    person = make_person(session)
    person.version = 7

    for seen in ("6", "", "x", "7" * 30):
        extra = {"version": seen, "organisation_id": str(make_organisation(session, "Amt Weida").id)}
        answer = client.post(f"{LIST}/{person.id}{path}", {**data, **extra})
        assert answer.status_code == status
        assert "andere Person geändert" in answer.page.text

    session.refresh(person)
    assert (person.first_name, person.active, person.version) == ("Erika", True, 7)


def test_an_auditor_reads_and_changes_nothing(client: Client, session: Session) -> None:
    auditor, person = make_person(session, Role.AUDITOR, organisation=make_provider(session)), make_person(session)
    client.sign_in(auditor)

    page = client.get(f"{LIST}/{person.id}")
    assert person.email in page.page.text
    assert {"Deaktivieren", "Angaben speichern", "Rollen vergeben"}.isdisjoint(page.page.buttons)
    assert client.get(f"{LIST}/neu").status_code == 404
    for path in ("", "/konto", "/rollen"):
        assert client.post(f"{LIST}/{person.id}{path}", {"action": "deactivate", "version": "1"}).status_code == 404
    assert client.post(f"{LIST}/neu", {}).status_code == 404


def test_s2_an_auditor_of_a_customer_sees_the_people_of_that_house_only(client: Client, session: Session) -> None:
    own, other = make_organisation(session, "Amt Weida"), make_organisation(session, "Stadt Burg")
    auditor = make_person(session, Role.AUDITOR, organisation=own)
    colleague, stranger = make_person(session, organisation=own), make_person(session, organisation=other)
    make_role(session, colleague, Role.APPROVER, other)
    client.sign_in(auditor)

    text = client.get(LIST).page.text
    assert colleague.email in text
    assert stranger.email not in text
    assert client.get(f"{LIST}/{stranger.id}").status_code == 404
    assert "Stadt Burg" not in client.get(f"{LIST}/{colleague.id}").page.text


def test_s4_administration_in_a_customers_house_changes_nobody(client: Client, session: Session) -> None:
    """The services refuse such a role; should a row say so all the same, it is worth nothing."""
    house = make_organisation(session, "Amt Weida")
    false_admin, person = make_person(session, Role.ADMIN, organisation=house), make_person(session, organisation=house)
    client.sign_in(false_admin)

    for path in ("", "/konto", "/rollen"):
        assert client.post(f"{LIST}/{person.id}{path}", {"action": "deactivate", "version": "1"}).status_code == 404
    assert client.get(f"{LIST}/neu").status_code == 404


def test_the_list_is_searched_filtered_and_paged_by_the_url(client: Client, session: Session, admin: Person) -> None:
    for number in range(60):
        make_person(session, first_name="Ernst", last_name=f"Zöllner {number:02}", department="100 % Bauamt")
    make_person(session, last_name="Alt", active=False)

    assert "61 Personen" in client.get(f"{LIST}?suche=example.org&status=invited").page.text
    assert "60 Personen" in client.get(f"{LIST}?suche=zöllner+ernst").page.text
    assert "60 Personen" in client.get(f"{LIST}?suche=100+%25").page.text
    assert "Eine Person" in client.get(f"{LIST}?status=inactive").page.text
    assert "Keine Person passt" in client.get(f"{LIST}?suche=%25%25x").page.text
    second = client.get(f"{LIST}?suche=Zöllner&seite=2")
    assert "51–60 von 60" in second.page.text
    assert "Ernst Zöllner 59" in second.page.links
    for odd in ("seite=0", "seite=-1", "seite=99999999999999999999", "seite=x", "status=king", "suche=" + "x" * 5000):
        assert client.get(f"{LIST}?{odd}").status_code == 200


def test_pages_of_people_cost_the_same_with_one_and_with_fifty(
    client: Client, session: Session, admin: Person, count_queries: Callable[[], Any]
) -> None:
    person, costs = make_person(session), []
    for again in range(2):
        for path in (LIST, f"{LIST}/{person.id}", f"{LIST}/neu"):
            with count_queries() as queries:
                client.get(path)
            costs.append(len(queries))
        for number in range(50):
            house = make_organisation(session, f"Gemeinde {number} {again}")
            make_role(session, person, Role.BUYER, house)
            make_person(session, organisation=house)

    assert costs[:3] == costs[3:]
    assert max(costs) <= 12


def test_s37_rights_changes_leave_a_line_in_the_security_log(
    client: Client, session: Session, admin: Person, caplog: pytest.LogCaptureFixture
) -> None:
    person = make_person(session, password=PASSWORD)
    caplog.set_level("INFO", "webshop.security")

    client.post("/anmelden", {"email": person.email, "password": "falsch geraten"})
    client.sign_out()
    client.sign_in(admin)
    client.submit(client.get(f"{LIST}/{person.id}"), "Deaktivieren")

    lines = [record for record in caplog.records if record.name == "webshop.security"]
    assert [line.security for line in lines] == ["sign_in.failed", "person.deactivate"]
    assert all(line.source for line in lines)
    assert lines[-1].person == str(admin.id)
    assert lines[-1].about == str(person.id)
    for line in lines:
        assert person.email not in str(line.__dict__)
        assert "falsch" not in str(line.__dict__)
