"""Getting in and out."""

from datetime import datetime

from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import PASSWORD, make_person


def test_the_right_password_leads_in_and_sign_out_leads_out(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    page = client.get("/anmelden")
    answer = client.submit(page, "Anmelden", to="/anmelden", email=f" {person.email.upper()} ", password=PASSWORD, follow=False)
    assert answer.status_code == 303
    page = client.get("/impressum")
    assert person.name in page.page.text

    client.submit(page, "Abmelden", follow=False)
    assert person.name not in client.get("/impressum").page.text


def test_a_signed_in_browser_is_known(client: Client, session: Session, now: datetime) -> None:
    person = make_person(session)

    client.sign_in(person)

    assert person.name in client.get("/impressum").page.text
