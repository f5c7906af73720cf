"""Open carts, and prices that have changed since one of them was filled."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.cart import services as cart_services
from webshop.catalog.models import Charge, Product
from webshop.core.clock import berlin_date
from webshop.demo.orders import make_cart
from webshop.demo.people import MAGDEBURG, STENDAL, acting
from webshop.demo.stories import KATRIN, TOBIAS, Line
from webshop.imports.prices import PriceList, renew

NEW_PRICES = {"ZB-100017": "119.90", "MO-100175": "164.90", "SP-100010": "72.40", "TK-100282": "449.00"}
"""List prices from two days ago on."""
CHANGED = timedelta(days=2)
FILLED = timedelta(days=6)


def change_prices(session: Session, *, now: datetime) -> None:
    """A new price list came."""
    ids = dict(session.execute(select(Product.number, Product.id).where(Product.number.in_(NEW_PRICES))).all())
    lists = {
        ids[number]: PriceList({(Charge.ONCE, 1): Decimal(amount)}, frozenset({Charge.ONCE}), all_tiers=True)
        for number, amount in NEW_PRICES.items()
    }
    renew(session, lists, day=berlin_date(now - CHANGED))


def fill(session: Session, *, now: datetime) -> None:
    """What people were about to order."""
    katrin = acting(session, KATRIN, MAGDEBURG, now=now)
    shared = make_cart(
        session,
        "Ausstattung Bürgerbüro Süd",
        (Line("PK-100001", 4, "111001"), Line("MO-100175", 2, "111001"), Line("DL-5001", 4, "111001")),
        "Außenstelle (fiktiv)",
        actor=katrin,
        now=now - timedelta(days=9),
    )
    cart_services.share(session, shared, actor=katrin, now=now - timedelta(days=9))
    make_cart(
        session,
        "Warenkorb",
        (
            Line("NB-100247", 4, "111501"),
            Line("ZB-100017", 4, "111501"),
            Line("MO-101053", 4, "111501"),
            Line("DL-1004", 4, "111501"),
        ),
        "Rathaus",
        actor=katrin,
        now=now - FILLED,
        reference="IT-2026-0480",
    )
    make_cart(
        session,
        "Warenkorb",
        (Line("TK-100282", 3, "111500"), Line("DL-9001", 3, "111500")),
        "Rathaus",
        actor=acting(session, TOBIAS, STENDAL, now=now),
        now=now - FILLED,
    )
