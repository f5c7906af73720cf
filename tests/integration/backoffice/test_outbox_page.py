"""The outbox page: administration and audit see what went out and what did not; links that let somebody in stay hidden."""

import pytest

from tests.factories import make_organisation, make_person, make_provider
from tests.integration.worker.promises import promise, promise_mail
from webshop.core.actor import Role
from webshop.documents.models import DocumentState
from webshop.outbox.models import MailState

TOKEN = "geheim-0123456789"
RESET = f"Setzen Sie hier ein neues Passwort:\nhttps://shop.example.org/passwort-neu/{TOKEN}\n"


@pytest.fixture
def admin(session):
    return make_person(session, Role.ADMIN)


@pytest.fixture
def auditor(session):
    return make_person(session, Role.AUDITOR, organisation=make_provider(session))


def test_the_outbox_lists_mails_by_state_and_finds_them(session, client, now, admin):
    promise_mail(session, now, subject="BE-1 wartet")
    promise_mail(session, now, subject="BE-2 verschickt", state=MailState.SENT, sent_at=now, server_answer="250 OK")
    promise_mail(session, now, subject="BE-3 abgelehnt", state=MailState.FAILED, server_answer="550 nein", last_error="550 nein")
    promise_mail(session, now, subject="BE-4 mit Anlage", attachments=promise(session, now))
    client.sign_in(admin)

    everything = client.get("/betrieb/postausgang").page.text
    parked = client.get("/betrieb/postausgang?stand=angehalten").page.text
    searched = client.get("/betrieb/postausgang?suche=BE-2").page.text

    assert all(f"BE-{number} " in everything for number in (1, 2, 3, 4))
    assert "Wartet auf Anlage" in everything
    assert "Es ist kein Mailserver eingerichtet." in everything
    assert "550 nein" in parked
    assert "BE-1 " not in parked
    assert "BE-3 " not in searched
    assert client.get("/betrieb/postausgang?stand=x&seite=99999999999&suche=%F0").status_code in (200, 400)


def test_a_mail_is_read_as_its_recipient_reads_it(session, client, now, admin):
    mail = promise_mail(session, now, text="Grüße & <b>Zeichen</b>\n", attachments=promise(session, now, filename="ab.pdf"))

    page = client.sign_in(admin).get(f"/betrieb/postausgang/{mail.id}").page

    assert "Grüße & <b>Zeichen</b>" in "".join(page.one("pre").itertext())
    assert "ab.pdf" in page.text
    assert mail.message_id in page.text


def test_parked_mails_are_put_back_one_or_all(session, client, now, admin):
    mails = [promise_mail(session, now, state=MailState.FAILED, last_error="550") for _ in range(3)]
    client.sign_in(admin)

    client.submit(client.get(f"/betrieb/postausgang/{mails[0].id}"), "Erneut senden")
    session.expire_all()
    assert [mail.state for mail in mails] == [MailState.QUEUED, MailState.FAILED, MailState.FAILED]
    answer = client.submit(client.get("/betrieb/postausgang?stand=angehalten"), "Alle angehaltenen erneut senden")

    assert "2 E-Mails sind erneut eingereiht." in answer.page.text
    session.expire_all()
    assert {mail.state for mail in mails} == {MailState.QUEUED}
    assert client.post(f"/betrieb/postausgang/{mails[0].id}/erneut").status_code == 409


def test_a_parked_document_is_shown_and_made_again(session, client, now, admin):
    (document,) = promise(session, now)
    document.state, document.last_error = DocumentState.FAILED, "nach 60 s abgebrochen"
    session.flush()
    shown = client.sign_in(admin).get("/betrieb/postausgang")

    client.submit(shown, f"Erneut erstellen: {document.number}")

    assert "nach 60 s abgebrochen" in shown.page.text
    session.refresh(document)
    assert (document.state, document.attempts) == (DocumentState.PROMISED, 0)


def test_audit_reads_and_changes_nothing(session, client, now, auditor):
    mail = promise_mail(session, now, state=MailState.FAILED, last_error="550")
    client.sign_in(auditor)

    assert client.get("/betrieb/postausgang").status_code == 200
    assert "Erneut senden" not in client.get(f"/betrieb/postausgang/{mail.id}").page.text
    for path in (f"/betrieb/postausgang/{mail.id}/erneut", "/betrieb/postausgang/erneut", "/betrieb/dokumente/1/erneut"):
        assert client.post(path).status_code == 404
    session.refresh(mail)
    assert mail.state == MailState.FAILED


def test_a_towns_audit_sees_the_mails_of_its_house_only(session, client, now):
    town, other = make_organisation(session, "Stadt Stendal"), make_organisation(session, "Stadt Halle")
    own = promise_mail(session, now, organisation_id=town.id, subject="eigene")
    foreign = promise_mail(session, now, organisation_id=other.id, subject="fremde")
    account = promise_mail(session, now, subject="Passwort")
    client.sign_in(make_person(session, Role.AUDITOR, organisation=town))

    listed = client.get("/betrieb/postausgang").page.text

    assert "eigene" in listed
    assert "fremde" not in listed
    assert "Passwort" not in listed
    assert client.get(f"/betrieb/postausgang/{own.id}").status_code == 200
    assert client.get(f"/betrieb/postausgang/{foreign.id}").status_code == 404
    assert client.get(f"/betrieb/postausgang/{account.id}").status_code == 404


@pytest.mark.parametrize("role", [Role.SALES, Role.FULFILMENT, Role.BUYER])
def test_others_do_not_find_the_outbox(session, client, role):
    client.sign_in(make_person(session, role))

    assert client.get("/betrieb/postausgang").status_code == 404


def test_s16_audit_never_reads_a_link_that_lets_somebody_in(session, client, now, auditor):
    mail = promise_mail(session, now, kind="password_reset", text=RESET)

    text = client.sign_in(auditor).get(f"/betrieb/postausgang/{mail.id}").text

    assert TOKEN not in text
    assert "/passwort-neu/•••" in text


def test_s16_administration_reads_it_only_where_no_mail_server_delivers(session, client, app, now, admin, monkeypatch):
    mail = promise_mail(session, now, kind="invitation", text=RESET.replace("passwort-neu", "einladung"))
    client.sign_in(admin)

    assert TOKEN in client.get(f"/betrieb/postausgang/{mail.id}").text
    settings = app.extensions["webshop_settings"]
    monkeypatch.setitem(app.extensions, "webshop_settings", settings.model_copy(update={"smtp_url": "smtp://mail.example.org"}))
    assert TOKEN not in client.get(f"/betrieb/postausgang/{mail.id}").text


@pytest.mark.parametrize("count", [1, 50])
def test_pages_cost_the_same_with_one_mail_and_with_fifty(session, client, now, admin, count_queries, count):
    mails = [promise_mail(session, now) for _ in range(count)]
    client.sign_in(admin)

    with count_queries() as listing:
        client.get("/betrieb/postausgang")
    with count_queries() as single:
        client.get(f"/betrieb/postausgang/{mails[0].id}")

    assert len(listing) <= 6
    assert len(single) <= 5
