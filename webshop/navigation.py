"""The frame around every page: which areas a role sees, and the counters in the head.

A table and two numbers; it stands at the top because it knows all packages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext as _

from webshop.approvals.queries import count_open_for
from webshop.cart.queries import count_current_lines
from webshop.core.actor import Actor, Role
from webshop.core.i18n import N_
from webshop.extensions import session
from webshop.web.access import actor_or_none
from webshop.web.filters import language

R = Role


@dataclass(frozen=True)
class Area:
    """An entry of the main navigation: where it leads, which pages belong to it, who sees it."""

    label: str
    endpoint: str
    blueprints: tuple[str, ...]
    roles: frozenset[Role]


CUSTOMERS = frozenset({R.BUYER, R.APPROVER, R.ORG_ADMIN})
EVERYBODY = frozenset(Role)
AREAS = (
    Area(N_("Freigaben"), "approvals.inbox", ("approvals",), frozenset({R.APPROVER})),
    Area(N_("Katalog"), "catalog.index", ("catalog",), EVERYBODY),
    Area(N_("Warenkorb"), "cart.show", ("cart", "checkout"), frozenset({R.BUYER})),
    Area(N_("Bestellungen"), "orders.index", ("orders",), EVERYBODY),
    Area(
        N_("Abwicklung"),
        "fulfilment.index",
        ("fulfilment",),
        frozenset({R.FULFILMENT, R.ADMIN, R.AUDITOR, R.SALES, R.SALES_LEAD}),
    ),
    Area(N_("Postausgang"), "backoffice.mails", ("backoffice",), frozenset({R.ADMIN, R.AUDITOR})),
    Area(N_("Personen"), "people.index", ("people",), frozenset({R.ADMIN, R.AUDITOR})),
)


@dataclass(frozen=True)
class Counter:
    """A number in the page's head."""

    label: str
    url: str
    symbol: str
    count: int
    unit: str


def areas_for(actor: Actor) -> list[Area]:
    """The areas that this person may open."""
    return [area for area in AREAS if actor.has(*area.roles)]


def home_endpoint(actor: Actor | None) -> str:
    """The start page of a role (design.md section 2)."""
    if actor is None:
        return "accounts.sign_in"
    if actor.has(R.FULFILMENT):
        return "fulfilment.index"
    if actor.has(R.APPROVER) and not actor.has(R.BUYER):
        return "approvals.inbox"
    return "catalog.index"


def _nav(actor: Actor) -> list[dict[str, Any]]:
    return [
        {"label": _(area.label), "url": url_for(area.endpoint), "current": request.blueprint in area.blueprints}
        for area in areas_for(actor)
    ]


def _counters(actor: Actor) -> Sequence[Counter]:
    found = []
    if actor.has(R.APPROVER):
        count = g.open_approvals if "open_approvals" in g else count_open_for(session(), actor)
        found.append(Counter(_("Freigaben"), url_for("approvals.inbox"), "fact_check", count, _("offen")))
    if actor.has(R.BUYER):
        count = g.cart_lines if "cart_lines" in g else count_current_lines(session(), actor)
        found.append(Counter(_("Warenkorb"), url_for("cart.show"), "shopping_cart", count, _("Positionen")))
    return found


def _here() -> str:
    """The address of this page, for coming back after the language was switched."""
    address = request.full_path.rstrip("?")
    return address if request.method == "GET" and address.isprintable() else "/"


def init_frame(app: Flask) -> None:
    """Give every template its frame."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        actor = actor_or_none()
        settings = current_app.extensions["webshop_settings"]
        broken = request.url_rule is None
        return {
            "actor": actor,
            "nav": _nav(actor) if actor else [],
            "counters": _counters(actor) if actor and not broken else [],
            "shop": {"name": settings.shop_name, "provider": settings.provider.name},
            "provider": settings.provider,
            "here": _here(),
            "lang": language(),
            "searched": "".join(char for char in request.args.get("q", "") if char.isprintable()),
            "theme": actor.theme if actor else "auto",
        }

    app.extensions["webshop_home"] = home_endpoint
