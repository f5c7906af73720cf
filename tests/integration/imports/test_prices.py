"""A list price that changes keeps its history."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.importing import ARTICLE, Files, counts
from webshop.catalog.models import Price, Product
from webshop.catalog.pricing import prices_for

TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)


def history(session: Session) -> list[tuple[int, Decimal, date, date | None]]:
    columns = (Price.min_quantity, Price.unit_net, Price.valid_from, Price.valid_to)
    rows = session.execute(select(*columns).order_by(Price.min_quantity, Price.valid_from))
    return [(row.min_quantity, row.unit_net, row.valid_from, row.valid_to) for row in rows]


def priced(cents: int, **tiers: int) -> dict[str, str]:
    steps = [{"ab_menge": int(bound[2:]), "preis_cent": amount} for bound, amount in tiers.items()]
    return {**ARTICLE, "list_price_net_eur_cents": str(cents), **({"price_tiers_json": json.dumps(steps)} if tiers else {})}


def test_a_new_price_closes_the_old_one_today(session: Session, files: Files, now: datetime) -> None:
    files.read(priced(10_000))

    assert counts(files.read(priced(9_000), now=now + timedelta(days=1))) == (0, 1, 0, 0)

    assert history(session) == [(1, Decimal(100), TODAY, TOMORROW), (1, Decimal(90), TOMORROW, None)]
    product = session.scalars(select(Product.id)).one()
    by_day = [prices_for(session, None, {product: 1}, day=day)[product].unit_net for day in (TODAY, TOMORROW)]
    assert by_day == [Decimal(100), Decimal(90)]


def test_twice_on_one_day_replaces(session: Session, files: Files) -> None:
    files.read(priced(10_000))
    files.read(priced(9_000))

    assert history(session) == [(1, Decimal(90), TODAY, None)]


def test_the_day_begins_at_midnight_in_berlin(session: Session, files: Files) -> None:
    files.read(priced(10_000), now=datetime.fromisoformat("2026-11-25T23:30:00+00:00"))

    assert history(session)[0][2] == TOMORROW


def test_a_planned_price_stays_planned(session: Session, files: Files, now: datetime) -> None:
    files.read(priced(10_000))
    product = session.scalars(select(Product.id)).one()
    session.execute(Price.__table__.update().values(valid_to=date(2027, 1, 1)))
    session.add(Price(product_id=product, unit_net=Decimal("120.0000"), valid_from=date(2027, 1, 1)))
    session.flush()

    files.read(priced(9_000), now=now + timedelta(days=1))

    assert history(session) == [
        (1, Decimal(100), TODAY, TOMORROW),
        (1, Decimal(90), TOMORROW, date(2027, 1, 1)),
        (1, Decimal(120), date(2027, 1, 1), None),
    ]


def test_tiers_are_what_the_file_tells(session: Session, files: Files, now: datetime) -> None:
    files.read(priced(10_000, ab10=9_500, ab100=9_000))

    assert counts(files.read(priced(10_000, ab10=9_500, ab100=9_000))) == (0, 0, 1, 0)
    assert counts(files.read(priced(10_000, ab10=9_400), now=now + timedelta(days=1))) == (0, 1, 0, 0)

    assert history(session) == [
        (1, Decimal(100), TODAY, None),
        (10, Decimal(95), TODAY, TOMORROW),
        (10, Decimal(94), TOMORROW, None),
        (100, Decimal(90), TODAY, TOMORROW),
    ]


def test_a_file_without_tiers_ends_only_those_that_are_no_cheaper(session: Session, files: Files, now: datetime) -> None:
    files.read(priced(10_000, ab10=9_500, ab100=9_000))

    files.read(priced(9_200), now=now + timedelta(days=1))

    assert [row for row in history(session) if row[3] is None] == [
        (1, Decimal(92), TOMORROW, None),
        (100, Decimal(90), TODAY, None),
    ]
