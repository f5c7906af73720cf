"""The web pages of this package: the modules named here fill the two blueprints."""

import webshop.accounts.account
import webshop.accounts.door
import webshop.accounts.link_pages
import webshop.accounts.people  # noqa: F401
from webshop.accounts.blueprints import bp, people_bp

__all__ = ["bp", "people_bp"]
