"""The named ways in which approvals go wrong."""

from webshop.core.errors import Conflict, Invalid, NotAllowed, NotFound
from webshop.core.i18n import N_


class NoSuchCase(NotFound):
    """No case of that number, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__(N_("Diesen Vorgang gibt es nicht."))


class OwnSubmission(NotAllowed):
    """Four eyes: nobody decides on their own submission."""

    def __init__(self) -> None:
        super().__init__(N_("Eigene Bestellungen gibt eine andere Person frei."))


class NotYours(NotAllowed):
    """The open step asks for an approver of another cost centre, or one with a higher limit."""

    def __init__(self) -> None:
        super().__init__(N_("Für diese Freigabe sind Sie nicht zuständig, oder der Betrag liegt über Ihrer Grenze."))


class AlreadyDecided(Conflict):
    """This person has decided in this case before, or the case is closed."""

    def __init__(self) -> None:
        super().__init__(N_("Über diesen Vorgang wurde bereits entschieden."))


class ContentChanged(Conflict):
    """What is to be decided is not what was submitted or shown (S-5)."""

    def __init__(self) -> None:
        super().__init__(N_("Die Bestellung hat sich geändert, seit Sie sie geöffnet haben. Prüfen Sie die neue Fassung."))


class ReasonMissing(Invalid):
    """Refusing and asking need words."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="comment")


class NoApprover(Invalid):
    """A step that nobody could decide: the submission would be stuck."""
