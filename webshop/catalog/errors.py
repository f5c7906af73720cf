"""What is not there."""

from webshop.core.errors import NotFound
from webshop.core.i18n import N_


class NoSuchCategory(NotFound):
    """No category has this path."""

    def __init__(self) -> None:
        super().__init__(N_("Diese Kategorie gibt es nicht."))


class NoSuchArticle(NotFound):
    """No article has this number."""

    def __init__(self) -> None:
        super().__init__(N_("Diesen Artikel gibt es nicht."))
