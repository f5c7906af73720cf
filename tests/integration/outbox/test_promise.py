"""Promising mails: in the transaction whose outcome they report, with links to the configured address only."""

import re
from datetime import datetime
from typing import Any

import pytest
from jinja2 import UndefinedError
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.databases import Database
from webshop.core.links import link
from webshop.outbox import services as outbox
from webshop.outbox.errors import UnsafeMail
from webshop.outbox.models import MailState, OutboxMail

PERSON = ("Erika Mustermann", "erika@kunde.example.org")


def promise(session: Session, now: datetime, **values: Any) -> OutboxMail:
    """The mail to whoever is to decide about an order."""
    data = {"number": "BE-2026-00001", "recipient": PERSON[0], "url": link(session, "approval", number="BE-2026-00001")}
    given = {"kind": "approval_requested", "to": PERSON, "language": "de", "data": data | values.pop("data", {})}
    return outbox.promise(session, now=now, **{**given, **values})


def test_a_mail_is_frozen_when_it_is_promised(session: Session, now: datetime) -> None:
    promise(session, now)
    session.commit()

    mail = session.scalars(select(OutboxMail)).one()
    assert mail.state is MailState.QUEUED
    assert (mail.to_name, mail.to_address, mail.created_at) == (*PERSON, now)
    assert mail.subject == "BE-2026-00001: Ihre Entscheidung ist gefragt"
    assert mail.text == (
        "Guten Tag Erika Mustermann, entscheiden Sie über die Bestellung BE-2026-00001.\n\n"
        "Sie können sie freigeben, eine Rückfrage stellen oder sie mit einer Begründung ablehnen:\n\n"
        "http://127.0.0.1:8000/freigaben/BE-2026-00001\n"
    )
    assert '<a href="http://127.0.0.1:8000/freigaben/BE-2026-00001">' in mail.html


def test_r15_a_rolled_back_transaction_mails_nothing(session: Session, now: datetime) -> None:
    with session.begin_nested() as step:
        promise(session, now)
        step.rollback()

    assert session.scalars(select(OutboxMail)).all() == []


def test_every_mail_has_its_own_lasting_message_id(session: Session, now: datetime) -> None:
    ids = {promise(session, now).message_id for _ in range(3)}

    assert len(ids) == 3
    assert all(re.fullmatch(r"<[0-9a-f-]{36}@127\.0\.0\.1>", value) for value in ids)


def test_s18_links_carry_the_configured_address(fresh_database: Database, now: datetime) -> None:
    fresh_database.overrides["public_url"] = "https://shop.example.org/"
    from webshop.extensions import db

    with fresh_database.app.app_context():
        mail = promise(db.session(), now)
        assert "\nhttps://shop.example.org/freigaben/BE-2026-00001\n" in mail.text
        assert mail.message_id.endswith("@shop.example.org>")
        db.session.rollback()


def test_links_quote_what_they_are_given(session: Session) -> None:
    assert link(session, "order", number="BE/../<&?#").endswith("/bestellungen/BE%2F..%2F%3C%26%3F%23")


@pytest.mark.parametrize(
    "to",
    [
        ("Erika\r\nBcc: alle@example.org", PERSON[1]),
        ("Erika\u2028Mustermann", PERSON[1]),
        ("Erika\x00", PERSON[1]),
        (PERSON[0], "erika@kunde.example.org\r\nBcc: alle@example.org"),
        (PERSON[0], "erika@kunde.example.org, alle@example.org"),
        (PERSON[0], "erika@kunde.example.org;alle@example.org"),
        (PERSON[0], "Erika <erika@kunde.example.org>"),
        (PERSON[0], "erika"),
        (PERSON[0], "@kunde.example.org"),
        (PERSON[0], ""),
    ],
)
def test_s31_names_and_addresses_cannot_break_a_header(session: Session, now: datetime, to: tuple[str, str]) -> None:
    with pytest.raises(UnsafeMail):
        promise(session, now, to=to)

    assert session.scalars(select(OutboxMail)).all() == []


@pytest.mark.parametrize("number", ["BE-1\r\nBcc: alle@example.org", "BE-1\x1b[2J", "BE-1\u2029X"])
def test_s31_data_cannot_break_the_subject(session: Session, now: datetime, number: str) -> None:
    with pytest.raises(UnsafeMail):
        promise(session, now, data={"number": number})


def test_s20_data_is_escaped_in_html_and_plain_in_text(session: Session, now: datetime) -> None:
    mail = promise(session, now, data={"recipient": "<script>alert(1)</script> & {{7*7}}"})

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{7*7}}" in mail.html
    assert "<script" not in mail.html
    assert "<script>alert(1)</script> & {{7*7}}" in mail.text


def test_a_word_that_the_data_lacks_is_an_error_and_no_empty_place(session: Session, now: datetime) -> None:
    with pytest.raises(UndefinedError):
        outbox.promise(session, kind="approval_requested", to=PERSON, language="de", data={"number": "BE-1"}, now=now)


@pytest.mark.parametrize("kind", ["../errors/error", "nicht da", "", "a" * 80])
def test_a_kind_is_a_plain_name(session: Session, now: datetime, kind: str) -> None:
    with pytest.raises(ValueError, match="no kind of mail"):
        promise(session, now, kind=kind)


def test_an_endless_subject_is_cut_visibly(session: Session, now: datetime) -> None:
    mail = promise(session, now, data={"number": "B" * 300})

    assert len(mail.subject) == 250
    assert mail.subject.endswith("…")
