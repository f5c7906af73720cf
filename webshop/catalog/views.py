"""The catalogue's pages. Everybody who is signed in sees them; what they show is chosen in the URL alone."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.catalog.addresses import article_address
from webshop.catalog.article import article_at, terms_of
from webshop.catalog.counting import Counts
from webshop.catalog.errors import NoSuchCategory
from webshop.catalog.facets import chips, facet_groups
from webshop.catalog.forms import PriceForm, quantity_asked
from webshop.catalog.listing import PAGE_SIZE, Listing, listing
from webshop.catalog.selection import SORT_LABELS, Selection, Sort, read_selection
from webshop.catalog.source import Scope
from webshop.catalog.suggesting import suggestion, withdrawn
from webshop.catalog.tree import Node, Tree, category_tree
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.formats import unit_price
from webshop.extensions import session
from webshop.web.access import current_actor, signed_in
from webshop.web.filters import language
from webshop.web.paging import Page

bp = Blueprint("catalog", __name__)


@bp.app_template_global()
def article_url(number: str, name: str) -> str:
    """The address of an article's page."""
    return url_for("catalog.show", number=article_address(number, name))


@bp.get("/katalog")
@signed_in
def index() -> ResponseReturnValue:
    """The whole catalogue: its categories, and all articles."""
    tree = category_tree(session())
    view = _View(url_for("catalog.index"), tree.tops)
    found = view.find(Scope(None, view.kind_ids))
    return view.answer("catalog/index.html", found, tops=_numbered(tree, found.counts))


@bp.get("/katalog/<path:path>")
@signed_in
def category(path: str) -> ResponseReturnValue:
    """A category with all below it."""
    node = category_tree(session()).at(path)
    if node is None:
        raise NoSuchCategory
    view = _View(url_for("catalog.category", path=path), node.children)
    return view.answer("catalog/category.html", view.find(Scope(node.ids, view.kind_ids)), category=node)


@bp.get("/suche")
@signed_in
def search() -> ResponseReturnValue:
    """What a query finds; where it finds nothing, what may have been meant."""
    view = _View(url_for("catalog.search"), category_tree(session()).tops, searching=True)
    query = view.selection.query
    if not query.text:
        return redirect(url_for("catalog.index"), 303)
    if not query:
        return view.answer("catalog/search.html", Listing(Counts(), [], 1), gone=None, meant=None)
    found = view.find(Scope(None, view.kind_ids))
    gone = withdrawn(session(), query) if not found.counts.in_scope else None
    meant = suggestion(session(), query) if not found.counts.in_scope and gone is None else None
    return view.answer("catalog/search.html", found, gone=gone, meant=meant)


@bp.get("/artikel/<path:number>")
@signed_in
def show(number: str) -> ResponseReturnValue:
    """One article; the number alone, or an old name behind it, leads on to its full address."""
    actor = current_actor()
    article = article_at(session(), actor, number)
    product = article.product
    if number != article_address(product.number, product.name):
        asked = f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else ""
        return redirect(article_url(product.number, product.name) + asked)
    typed = request.args.get("quantity", request.args.get("menge", ""))
    quantity, problem = quantity_asked(typed, product.max_quantity)
    tree = category_tree(session())
    today = berlin_date(utcnow())
    return render_template(
        "catalog/show.html",
        article=article,
        product=product,
        terms=terms_of(session(), actor, article, quantity, day=today),
        category=tree.nodes[product.category_id],
        typed=typed if problem else str(quantity),
        problem=problem,
        today=today,
        may_buy=actor.has(Role.BUYER),
        here=article_url(product.number, product.name),
    )


def _numbered(tree: Tree, counts: Counts) -> list[tuple[Node, int]]:
    """The top categories that have articles, with how many."""
    numbers = [(node, sum(counts.by_category.get(key, 0) for key in node.ids)) for node in tree.tops]
    return [(node, number) for node, number in numbers if number]


class _View:
    """One listing page: reads the query string, finds, and gives the template what it shows."""

    def __init__(self, address: str, kinds: Iterable[Node], *, searching: bool = False) -> None:
        self.address, self.kinds = address, list(kinds)
        self.actor = current_actor()
        self.today = berlin_date(utcnow())
        self.form = PriceForm(formdata=request.args)
        readable = self.form.validate()
        self.selection = read_selection(
            request.args.to_dict(flat=False),
            searching=searching,
            lowest=self.form.lowest.amount if readable else None,
            highest=self.form.highest.amount if readable else None,
            known_kinds=[node.slug for node in self.kinds],
        )

    @property
    def kind_ids(self) -> list[int]:
        """The categories behind the chosen kinds."""
        return [key for node in self.kinds if node.slug in self.selection.kinds for key in node.ids]

    def find(self, scope: Scope) -> Listing:
        """The page of articles."""
        return listing(session(), self.actor, self.selection, scope, day=self.today)

    def url(self, selection: Selection) -> str:
        """The address of a selection on this page."""
        parameters = selection.parameters()
        return f"{self.address}?{urlencode(parameters)}" if parameters else self.address

    def answer(self, template: str, found: Listing, **more: Any) -> ResponseReturnValue:
        """The page; htmx is told the address without what the form sent empty."""
        shown = self.selection.on_page(found.page)
        page = render_template(
            template,
            found=found,
            selection=shown,
            form=self.form,
            groups=facet_groups(shown, found.counts, self.kinds),
            chips=self._chips(shown),
            sorts=[(sort.value, self._sort_label(sort)) for sort in Sort],
            page=Page(found.page, PAGE_SIZE, found.counts.hits, lambda number: self.url(shown.on_page(number))),
            here=self.url(shown),
            address=self.address,
            reset_url=self.url(shown.unfiltered()),
            more_url=self.url(shown.with_all_makers(not shown.all_makers)),
            may_buy=self.actor.has(Role.BUYER),
            today=self.today,
            **more,
        )
        response = make_response(page)
        if "HX-Request" in request.headers:
            response.headers["HX-Push-Url"] = self.url(shown)
        return response

    def _sort_label(self, sort: Sort) -> str:
        if sort is Sort.RECOMMENDED and self.selection.query:
            return _("Beste Treffer")
        return _(SORT_LABELS[sort])

    def _chips(self, shown: Selection) -> list[tuple[str, str]]:
        """Each filter in use, in words, with the address without it."""
        found = [(_(chip.label) if chip.translated else chip.label, self.url(chip.without)) for chip in chips(shown, self.kinds)]
        lowest, highest = ("" if amount is None else unit_price(amount, language()) for amount in (shown.lowest, shown.highest))
        if lowest and highest:
            label = _("%(lowest)s bis %(highest)s", lowest=lowest, highest=highest)
        elif lowest:
            label = _("ab %(amount)s", amount=lowest)
        else:
            label = _("bis %(amount)s", amount=highest)
        return [*found, *([(label, self.url(shown.without_price()))] if shown.priced else [])]
