"""The web pages of this package: each module fills a blueprint."""

from webshop.checkout import cart_page, delivery, review_page
from webshop.checkout.blueprints import bp

PAGES = (cart_page, delivery, review_page)

__all__ = ["PAGES", "bp"]
