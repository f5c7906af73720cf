"""R-16: a sick mail server harms nobody: pages come, orders are placed, and every mail ends where it belongs."""

import pytest
from sqlalchemy import func, select, update

from tests.stress.crowds import buyers_at, make_town, require_consistent, require_placed, rows
from tests.visitors import Crowd
from webshop.documents.models import Document, DocumentState
from webshop.outbox.models import MailState, OutboxMail

pytestmark = pytest.mark.stress
BUYERS = 3


def states(database) -> dict[str, int]:
    return {
        str(state): count for state, count in rows(database, select(OutboxMail.state, func.count()).group_by(OutboxMail.state))
    }


def end_pauses(database) -> None:
    with database.session() as session:
        session.execute(update(OutboxMail).values(not_before=None))
        session.commit()


def test_r16_people_order_while_the_mail_server_refuses_hangs_and_bounces(fresh_database, smtp_sink, now):
    """Later, silence, never: the web does not notice; the outbox keeps what may still go out and parks what may not."""
    town = make_town(fresh_database, now, buyers=BUYERS)
    server = fresh_database.serve()
    worker = fresh_database.start("worker", WEBSHOP_SMTP_URL=smtp_sink.url)
    buyers = buyers_at(server, fresh_database, town)

    def order_while(mode, seen) -> None:
        smtp_sink.mode = mode
        before = smtp_sink.attempts
        with Crowd([buyer.turn for buyer in buyers]) as crowd:
            crowd.wait_for(BUYERS)
            worker.wait_until(lambda: smtp_sink.attempts > before and seen(), 90)
            crowd.wait_for(BUYERS)

    order_while("bounce", lambda: states(fresh_database).get("failed"))
    order_while("refuse", lambda: rows(fresh_database, select(OutboxMail.id).where(OutboxMail.last_error.like("451%"))))
    parked = states(fresh_database)["failed"]
    order_while("hang", lambda: True)
    assert states(fresh_database)["failed"] == parked

    smtp_sink.mode = "accept"

    def all_sent() -> bool:
        end_pauses(fresh_database)
        return "queued" not in states(fresh_database)

    worker.wait_until(all_sent, 120)
    assert worker.stop() == 0
    assert server.stop() == 0

    assert {status for buyer in buyers for status in buyer.visitor.seen} == {200, 303}
    assert all(
        words.startswith("550")
        for (words,) in rows(fresh_database, select(OutboxMail.server_answer).where(OutboxMail.state == MailState.FAILED))
    )
    promised = rows(fresh_database, select(func.count(Document.id)).where(Document.state != DocumentState.STORED))
    assert promised == [(0,)]
    sent = [message_id for (message_id,) in rows(fresh_database, select(OutboxMail.message_id).where(OutboxMail.state == "sent"))]
    assert {message["Message-ID"] for message in smtp_sink.messages} >= set(sent)
    require_placed(fresh_database, [number for buyer in buyers for number in buyer.placed])
    require_consistent(fresh_database)
