"""Sessions live in the database."""

from webshop.web.access import SignedIn


def load_signed_in(sid: str) -> SignedIn | None:
    """The person behind a session's secret id."""
    return None
