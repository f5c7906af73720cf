"""Accounts cannot be listed (S-15)."""

import re
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import PASSWORD, make_person
from webshop.accounts.models import FailedSignIn
from webshop.outbox.models import OutboxMail

ROUNDS = 12


def sign_in(client: Client, email: str) -> Any:
    return client.post("/anmelden", {"email": email, "password": "etwas ganz anderes"})


def ask_for_reset(client: Client, email: str) -> Any:
    return client.post("/passwort-vergessen", {"email": email}, follow_redirects=True)


def without(text: str, *secrets: str) -> str:
    """The page without what is random in it or was typed in."""
    for secret in secrets:
        text = text.replace(secret, "")
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def cost(client: Client, ask: Callable[[Client, str], Any], emails: Iterable[str]) -> list[float]:
    """Processor seconds of each request: what a stopwatch would see on a machine that does nothing else."""
    found = []
    for email in emails:
        began = time.thread_time()
        ask(client, email)
        found.append(time.thread_time() - began)
    return found


def compare(client: Client, session: Session, ask: Callable[[Client, str], Any]) -> tuple[float, float]:
    """Median costs for known and unknown accounts, asked in turns."""
    known = [make_person(session, password=PASSWORD).email for _ in range(ROUNDS)]
    cost(client, ask, ["aufwaermen@kunde.example.org", make_person(session, password=PASSWORD).email])
    turns = [email for number, email in enumerate(known) for email in (email, f"niemand{number}@kunde.example.org")]
    costs = cost(client, ask, turns)
    return statistics.median(costs[0::2]), statistics.median(costs[1::2])


def test_s15_sign_in_answers_known_and_unknown_names_alike(client: Client, session: Session) -> None:
    names = (make_person(session, password=PASSWORD).email, make_person(session).email, "niemand@kunde.example.org")

    answers = {email: sign_in(client, email) for email in names}

    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({without(answer.text, email) for email, answer in answers.items()}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers.values()}) == 1
    assert len(session.scalars(select(FailedSignIn)).all()) == 3


def test_s15_a_reset_answers_known_and_unknown_names_alike(client: Client, session: Session) -> None:
    known, unknown = make_person(session, password=PASSWORD).email, "niemand@kunde.example.org"

    answers = {email: ask_for_reset(client, email) for email in (known, unknown)}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert len({without(answer.text, email) for email, answer in answers.items()}) == 1
    assert [mail.to_address for mail in session.scalars(select(OutboxMail))] == [known]


def test_s15_sign_in_works_as_hard_for_unknown_names(client: Client, session: Session) -> None:
    known, unknown = compare(client, session, sign_in)

    assert 0.8 < known / unknown < 1.25, f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms"


def test_s15_a_reset_works_as_hard_for_unknown_names(client: Client, session: Session) -> None:
    known, unknown = compare(client, session, ask_for_reset)

    assert 0.7 < known / unknown < 1.4, f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms"


def test_s15_nobody_is_mailed_again_and_again(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    for number in range(5):
        source = {"REMOTE_ADDR": f"192.0.2.{number}"}
        answer = client.post("/passwort-vergessen", {"email": person.email}, environ_overrides=source)
        assert answer.status_code == 303

    assert len(session.scalars(select(OutboxMail)).all()) == 3
