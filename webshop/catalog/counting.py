"""All counts of a listing in one statement: one pass over the articles in scope, then one sum per facet.

Each facet is counted under all other filters, so that its numbers say what a further choice would show.
"""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, and_, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from webshop.catalog.availability import Availability
from webshop.catalog.matching import by_bytes
from webshop.catalog.models import Manufacturer, Product
from webshop.catalog.source import Facet, Source

MAX_MAKERS: Final = 300
"""Makers counted at most, the most frequent first; the chosen ones always."""


@dataclass
class Counts:
    """How many articles there are in scope, under all filters, and behind each value of each facet."""

    in_scope: int = 0
    hits: int = 0
    contract: int = 0
    by_availability: dict[Availability, int] = field(default_factory=dict)
    by_category: dict[int, int] = field(default_factory=dict)
    by_maker: dict[str, int] = field(default_factory=dict)


def count(session: Session, source: Source) -> Counts:
    """Count everything."""
    articles = _articles(source)
    filters = source.filters(
        availability=articles.c.availability,
        in_contract=articles.c.in_contract,
        category_id=articles.c.category_id,
        maker_fits=articles.c.maker_fits,
        price_fits=articles.c.price_fits,
    )

    def under(left_out: Facet | None = None) -> ColumnElement[bool]:
        return and_(true(), *(condition for facet, condition in filters.items() if facet is not left_out))

    chosen = _makers(articles).where(under(Facet.MAKER), Manufacturer.name.in_(source.selection.makers))
    frequent = _makers(articles).where(under(Facet.MAKER)).limit(MAX_MAKERS).subquery()
    statement: CompoundSelect[str, int, str, int] = union_all(
        select(literal("in_scope"), literal(0), literal(""), func.count()).select_from(articles),
        select(literal("hits"), literal(0), literal(""), func.count()).select_from(articles).where(under()),
        select(literal("contract"), literal(0), literal(""), func.count())
        .select_from(articles)
        .where(articles.c.in_contract, under(Facet.CONTRACT)),
        _by(articles.c.availability, "availability").where(under(Facet.AVAILABILITY)),
        _by(articles.c.category_id, "category").where(under(Facet.KIND)),
        select(frequent),
        *([select(chosen.subquery())] if source.selection.makers else []),
    )
    counts = Counts()
    for what, key, name, number in session.execute(statement):
        match what:
            case "availability":
                counts.by_availability[Availability(key)] = number
            case "category":
                counts.by_category[key] = number
            case "maker":
                counts.by_maker[name] = number
            case _:
                setattr(counts, what, number)
    return counts


def _articles(source: Source) -> CTE:
    """What the facets ask about each article in scope; what no filter asks is not worked out."""
    asked = source.selection
    return (
        select(
            Product.category_id,
            Product.manufacturer_id,
            source.availability.label("availability"),
            source.in_contract.label("in_contract"),
            (source.maker_fits if asked.makers else true()).label("maker_fits"),
            source.price_fits.label("price_fits"),
        )
        .select_from(source.articles)
        .where(source.in_scope)
        .cte("articles")
    )


def _by(column: ColumnElement[int], what: str) -> Select[str, int, str, int]:
    return select(literal(what), column, literal(""), func.count()).group_by(column)


def _makers(articles: CTE) -> Select[str, int, str, int]:
    number = func.count().label("number")
    return (
        select(literal("maker").label("what"), literal(0).label("key"), Manufacturer.name, number)
        .join(articles, articles.c.manufacturer_id == Manufacturer.id)
        .group_by(Manufacturer.name)
        .order_by(number.desc(), by_bytes(Manufacturer.name))
    )
