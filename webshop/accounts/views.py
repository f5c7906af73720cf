"""The web pages of this package: `door`, `link_pages`, `account` and `people` fill the blueprints."""

from webshop.accounts import account, door, link_pages, people
from webshop.accounts.blueprints import bp, people_bp

PAGES = (door, link_pages, account, people)

__all__ = ["PAGES", "bp", "people_bp"]
