"""The process in which documents become bytes: which function prints which kind, and nothing else.

`python -m webshop.printing` is started by the worker alone; see `documents.rendering`.
"""

import sys

from webshop.documents import rendering
from webshop.documents.models import DocumentKind
from webshop.orders.pdf import render_confirmation

PRINTERS: dict[str, rendering.Print] = {DocumentKind.ORDER_CONFIRMATION: render_confirmation}
COMMAND = (sys.executable, "-m", "webshop.printing")


def main() -> None:
    """Load what printing needs, then wait for documents."""
    import webshop.documents.engine  # noqa: F401 - WeasyPrint: loaded before the first document asks for it

    rendering.serve(PRINTERS)


if __name__ == "__main__":
    main()
