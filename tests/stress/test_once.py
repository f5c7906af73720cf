"""R-2: one order form makes one order, however often and from wherever it is sent."""

import pytest
from sqlalchemy import func, select

from tests.stress.crowds import LARGE, SMALL, buyers_at, csrf, make_town, require_consistent, require_placed, rows, work_off
from tests.visitors import Visitor, together
from webshop.approvals.models import ApprovalCase
from webshop.cart.models import Cart
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.outbox.models import OutboxMail

pytestmark = pytest.mark.stress


def review_form(visitor: Visitor, number: str) -> dict[str, str]:
    """The form of the last step, for a cart made from an earlier order."""
    token = csrf(visitor.get(f"/bestellungen/{number}"))
    assert visitor.post(f"/bestellungen/{number}/erneut", {"csrf_token": token}).status == 303
    return visitor.get("/bestellen/pruefen").form("/bestellen/pruefen")


@pytest.mark.parametrize("net", [SMALL, LARGE], ids=["approved-at-once", "to-be-approved"])
def test_r2_twenty_identical_posts_at_one_instant_and_one_after_a_restart_make_one_order(fresh_database, now, net):
    town = make_town(fresh_database, now, buyers=1, net=net)
    server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="2")
    (buyer,) = buyers_at(server, fresh_database, town)
    form = review_form(buyer.visitor, buyer.last)
    before = rows(fresh_database, select(func.count(OutboxMail.id)))[0][0]

    tabs = [buyer.visitor.at(server) for _ in range(20)]
    answers = together([lambda tab=tab: tab.post("/bestellen/pruefen", form) for tab in tabs])
    server.stop()
    again = buyer.visitor.at(fresh_database.serve()).post("/bestellen/pruefen", form)

    assert [answer.status for answer in [*answers, again]] == [303] * 21
    (place,) = {answer.location for answer in [*answers, again]}
    number = place.rpartition("/")[2]
    assert rows(fresh_database, select(func.count(Order.id)))[0][0] == 2
    entries = rows(fresh_database, select(func.count(FulfilmentEntry.id)).where(FulfilmentEntry.order_number == number))
    cases = rows(fresh_database, select(func.count(ApprovalCase.id)).where(ApprovalCase.subject_number == number))
    mails = rows(fresh_database, select(func.count(OutboxMail.id)))[0][0] - before
    assert (entries[0][0], cases[0][0], mails) == ((1, 0, 1) if net == SMALL else (0, 1, 3))
    work_off(fresh_database)
    require_placed(fresh_database, [number])
    require_consistent(fresh_database)


def test_r2_the_same_key_with_other_content_is_refused_with_a_page_that_names_the_order(fresh_database, now):
    town = make_town(fresh_database, now, buyers=1)
    server = fresh_database.serve()
    (buyer,) = buyers_at(server, fresh_database, town)
    first = review_form(buyer.visitor, buyer.last)
    number = buyer.visitor.post("/bestellen/pruefen", first).location.rpartition("/")[2]
    second = review_form(buyer.visitor, number)

    answer = buyer.visitor.post("/bestellen/pruefen", {**second, "checkout_key": first["checkout_key"]})

    assert answer.status == 409
    assert number in answer.text
    assert rows(fresh_database, select(func.count(Order.id)))[0][0] == 2
    assert rows(fresh_database, select(func.count(Cart.id)).where(Cart.state == "open"))[0][0] == 1
    require_consistent(fresh_database)
