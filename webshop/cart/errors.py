"""The named ways in which working on a cart goes wrong."""

from collections.abc import Mapping
from uuid import UUID

from webshop.core.errors import Conflict, Invalid, NotFound
from webshop.core.formats import Worded, whole
from webshop.core.i18n import N_


class NoSuchCart(NotFound):
    """No such cart, or not this person's to see."""

    def __init__(self) -> None:
        super().__init__(N_("Diesen Warenkorb gibt es nicht."))


class AlreadyOrdered(NotFound):
    """The cart became an order and can no longer be changed; checkout leads on to the order."""

    def __init__(self, cart_id: UUID) -> None:
        super().__init__(N_("Dieser Warenkorb wurde bereits bestellt."))
        self.cart_id = cart_id


class NoSuchLine(NotFound):
    """No such line in a cart that this person may work on."""

    def __init__(self) -> None:
        super().__init__(N_("Diese Position gibt es nicht."))


class NotOwner(NotFound):
    """Only the person who made the cart may do this."""

    def __init__(self) -> None:
        super().__init__(N_("Das darf nur die Person, die den Warenkorb angelegt hat."))


class CartChanged(Conflict):
    """Somebody changed the cart after the form was made (R-7)."""

    def __init__(self) -> None:
        super().__init__(N_("Der Warenkorb wurde inzwischen geändert. Prüfen Sie die neue Fassung."))


class LinesChanged(Conflict):
    """Somebody changed or removed lines that this form changes too; nothing was saved."""

    def __init__(self, line_ids: frozenset[UUID]) -> None:
        super().__init__(N_("Positionen wurden inzwischen geändert. Prüfen Sie die neue Fassung."))
        self.line_ids = line_ids


class LinesWrong(Invalid):
    """Values that lines cannot have, by line; `field` of each says where it belongs. Nothing was saved."""

    def __init__(self, problems: Mapping[UUID, Invalid]) -> None:
        first = next(iter(problems.values()))
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = dict(problems)


class WrongQuantity(Invalid):
    """Not a whole number from 1 to what one line may hold."""


class WrongCostCentre(Invalid):
    """None of the house that is valid today and that this person may order for."""

    def __init__(self) -> None:
        super().__init__(
            N_("Für diese Kostenstelle können Sie heute nicht bestellen. Wählen Sie eine andere."),
            field="cost_centre",
        )


class WrongAddress(Invalid):
    """None of the house's active addresses."""

    def __init__(self) -> None:
        super().__init__(N_("Wählen Sie eine Lieferadresse aus der Liste."), field="address")


class NotForSale(Invalid):
    """Withdrawn, or without a price today."""


class CartFull(Invalid):
    """More lines than a cart holds."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            N_("Ein Warenkorb fasst höchstens %(limit)s Positionen. Legen Sie einen weiteren an."), limit=Worded(whole, limit)
        )


class TooManyCarts(Invalid):
    """A person keeps no more carts than can be looked through."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            N_("Sie haben bereits %(limit)s Warenkörbe. Löschen Sie einen, den Sie nicht mehr brauchen."), limit=limit
        )


class NameTaken(Invalid):
    """Another open cart of this person has the name."""

    def __init__(self) -> None:
        super().__init__(N_("So heißt bereits ein anderer Ihrer Warenkörbe. Wählen Sie einen anderen Namen."), field="name")


class SplitWrong(Invalid):
    """A split that does not add up; the sentences stand at their fields."""

    def __init__(self, problems: Mapping[str, Invalid]) -> None:
        first = next(iter(problems.values()))
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = dict(problems)
