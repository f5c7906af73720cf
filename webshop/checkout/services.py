"""The verbs of checkout, for pages, commands and the demo."""

from webshop.checkout.decisions import answer, ask, cancel, decide, load, withdraw
from webshop.checkout.review import review
from webshop.checkout.submission import submit

__all__ = ["answer", "ask", "cancel", "decide", "load", "review", "submit", "withdraw"]
