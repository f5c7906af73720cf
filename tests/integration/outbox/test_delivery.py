"""R-15, R-16: mails leave from the outbox only, and a sick mail server harms nobody."""

import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from tests import ill_printer
from tests.databases import PROJECT, free_port
from tests.integration.worker.promises import no_pauses, promise, promise_mail
from webshop.audit.models import AuditEvent
from webshop.config import Settings
from webshop.documents.rendering import Renderer
from webshop.outbox import delivery, queue
from webshop.outbox.delivery import MailServer, Refused
from webshop.outbox.models import MailState, OutboxMail
from webshop.worker import Worker


@pytest.fixture(autouse=True)
def short_patience(monkeypatch):
    monkeypatch.setattr(delivery, "TIMEOUT_S", 1)


def deliver(database, sink):
    """A worker until there is nothing to do."""
    database.overrides["smtp_url"] = sink.url
    Worker(database.settings, renderer=Renderer(ill_printer.COMMAND)).run(until_idle=True)


def put(database, now, **values):
    with database.session() as session:
        promise_mail(session, now, **values)
        session.commit()


def only_mail(database) -> OutboxMail:
    with database.session() as session:
        return session.scalars(select(OutboxMail)).one()


# --- what the server says decides -------------------------------------------------------------------------------


def test_r16_a_mail_that_was_taken_is_sent(fresh_database, smtp_sink, now):
    put(fresh_database, now)

    deliver(fresh_database, smtp_sink)

    mail = only_mail(fresh_database)
    assert (mail.state, mail.server_answer, mail.last_error, mail.lease_token) == (MailState.SENT, "250 OK", None, None)
    assert mail.sent_at is not None


def test_r16_a_server_that_says_later_is_asked_again_later(fresh_database, smtp_sink, now):
    put(fresh_database, now)
    smtp_sink.mode = "refuse"
    deliver(fresh_database, smtp_sink)

    mail = only_mail(fresh_database)
    assert (mail.state, mail.server_answer) == (MailState.QUEUED, "451 4.3.2 Please come back later")
    assert mail.not_before > datetime.now(UTC)

    smtp_sink.mode = "accept"
    deliver(fresh_database, smtp_sink)
    assert smtp_sink.messages == []
    no_pauses(fresh_database, OutboxMail)
    deliver(fresh_database, smtp_sink)
    assert only_mail(fresh_database).state == MailState.SENT


def test_r16_a_server_that_says_never_parks_the_mail_with_its_words(fresh_database, smtp_sink, now):
    put(fresh_database, now)
    smtp_sink.mode = "bounce"

    deliver(fresh_database, smtp_sink)

    mail = only_mail(fresh_database)
    assert (mail.state, mail.server_answer) == (MailState.FAILED, "550 5.1.1 No such mailbox here")
    assert mail.last_error == mail.server_answer


@pytest.mark.parametrize("mode", ["hang", "mute"])
def test_r16_a_server_that_says_nothing_is_given_up_and_asked_again(fresh_database, smtp_sink, now, mode):
    put(fresh_database, now)
    smtp_sink.mode = mode

    deliver(fresh_database, smtp_sink)

    mail = only_mail(fresh_database)
    assert (mail.state, mail.attempts, mail.lease_token) == (MailState.QUEUED, 1, None)
    assert "timed out" in mail.last_error


def test_r16_a_line_that_breaks_after_the_data_makes_a_repeat_with_the_same_id(fresh_database, smtp_sink, now):
    put(fresh_database, now)
    smtp_sink.mode = "drop"
    deliver(fresh_database, smtp_sink)
    assert only_mail(fresh_database).state == MailState.QUEUED

    smtp_sink.mode = "accept"
    no_pauses(fresh_database, OutboxMail)
    deliver(fresh_database, smtp_sink)

    assert only_mail(fresh_database).state == MailState.SENT
    first, second = smtp_sink.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


def test_r16_a_server_that_is_away_leaves_the_other_mails_untouched(fresh_database, now):
    for _ in range(20):
        put(fresh_database, now)
    fresh_database.overrides["smtp_url"] = f"smtp://127.0.0.1:{free_port()}"

    Worker(fresh_database.settings, renderer=Renderer(ill_printer.COMMAND)).run(until_idle=True)

    with fresh_database.session() as session:
        attempts = session.scalars(select(OutboxMail.attempts).order_by(OutboxMail.id)).all()
    assert attempts == [1] + [0] * 19


def test_r16_a_refused_sign_in_parks_no_mail(fresh_database, smtp_sink, now):
    put(fresh_database, now)
    fresh_database.overrides["smtp_url"] = smtp_sink.url.replace("smtp://", "smtp://name:wrong@")

    Worker(fresh_database.settings, renderer=Renderer(ill_printer.COMMAND)).run(until_idle=True)

    assert only_mail(fresh_database).state == MailState.QUEUED


def test_r16_no_page_can_wait_for_a_mail_server():
    """Only one module talks SMTP, and the web app never loads it."""
    users = [path.name for path in Path(PROJECT, "webshop").rglob("*.py") if "smtplib" in path.read_text()]
    ask = "import sys, webshop.app; print('webshop.outbox.delivery' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", ask], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert users == ["delivery.py"]
    assert answer.stdout.strip() == "False"


# --- R-15 -------------------------------------------------------------------------------------------------------------


def test_r15_a_rolled_back_transaction_sends_nothing(fresh_database, smtp_sink, now):
    with fresh_database.session() as session:
        promise_mail(session, now)
        session.rollback()

    deliver(fresh_database, smtp_sink)

    assert smtp_sink.attempts == 0


def test_r15_a_mail_waits_for_its_document(fresh_database, smtp_sink, now):
    with fresh_database.session() as session:
        ready, late = promise(session, now, 2)
        late.snapshot = {"ill": "raises"}
        session.flush()
        promise_mail(session, now, attachments=[ready, late])
        promise_mail(session, now, subject="Ohne Anlage")
        session.commit()

    deliver(fresh_database, smtp_sink)

    assert [message["Subject"] for message in smtp_sink.messages] == ["Ohne Anlage"]
    with fresh_database.session() as session:
        waiting = session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.QUEUED)).one()
        assert (waiting.attempts, queue.claim(session, worker="w")) == (0, None)


def test_a_parked_mail_can_be_put_back(fresh_database, smtp_sink, now):
    put(fresh_database, now)
    smtp_sink.mode = "bounce"
    deliver(fresh_database, smtp_sink)
    smtp_sink.mode = "accept"

    with fresh_database.session() as session:
        queue.retry(session, only_mail(fresh_database).id, actor=None, now=now)
        session.commit()
    deliver(fresh_database, smtp_sink)

    assert only_mail(fresh_database).state == MailState.SENT
    with fresh_database.session() as session:
        events = session.execute(select(AuditEvent.action, AuditEvent.reason).order_by(AuditEvent.seq)).all()
    assert events == [("mail.failed", "550"), ("mail.retried", ""), ("mail.sent", "")]


# --- what a mail looks like -------------------------------------------------------------------------------------------


def composed(**values) -> EmailMessage:
    given = {
        "message_id": "<1@shop.example.org>",
        "to_address": "erika@kunde.example.org",
        "to_name": "Erika Böhm, Amt 10",
        "subject": "BE-2026-00001: Bestätigung für „Möbel“",
        "text": "Grüße\n",
        "html": "<p>Grüße</p>\n",
        "created_at": datetime(2026, 11, 25, 9, 0, tzinfo=UTC),
    }
    return delivery.compose(OutboxMail(**{**given, **values}), [], settings=Settings(mail_from="shop@shop.example.org"))


def test_a_mail_has_text_and_html_and_says_that_nobody_typed_it():
    message = composed()

    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == '"Erika Böhm, Amt 10" <erika@kunde.example.org>'
    assert message["From"].addresses[0].addr_spec == "shop@shop.example.org"
    assert message["Date"].datetime == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert message.as_bytes().isascii()


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "Hallo\r\nBcc: alle@example.org"},
        {"to_name": "Erika\nBcc: alle@example.org"},
        {"to_address": "erika@kunde.example.org\r\nRCPT TO:<x@example.org>"},
        {"to_address": ""},
        {"to_address": "nobody"},
        {"message_id": "<1@x>\nBcc: a@b.c"},
    ],
)
def test_s31_headers_are_built_not_glued(values):
    with pytest.raises(Refused):
        composed(**values).as_bytes()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 25)),
        ("smtp://localhost:2525", MailServer("localhost", 2525)),
        ("smtp://me:p%40ss@mail.example.org", MailServer("mail.example.org", 587, "me", "p@ss", starttls="required")),
        ("smtp://me:pass@127.0.0.1:25", MailServer("127.0.0.1", 25, "me", "pass")),
        ("smtps://me:pass@mail.example.org", MailServer("mail.example.org", 465, "me", "pass", tls=True, starttls="required")),
        ("smtp://mail.example.org?starttls=off", MailServer("mail.example.org", 25, starttls="off")),
    ],
)
def test_the_mail_servers_address_says_how_to_talk_to_it(url, expected):
    found = MailServer.from_settings(Settings(smtp_url=url, public_url="http://localhost"))

    assert found == expected
