"""Named ways in which signing in and managing people can go wrong."""

from webshop.core.errors import Conflict, Invalid, TooMany


class WrongPassword(Invalid):
    """The password given as proof is not the account's."""


class WeakPassword(Invalid):
    """The new password breaks a rule (S-13)."""


class TooManyTries(TooMany):
    """Guessing is slow (S-14)."""


class WithoutRole(Invalid):
    """The password was right, but there is nothing that this person may do today."""


class LinkVoid(Invalid):
    """The one-time link was used, has run out, or a newer one replaced it (S-16)."""


class EmailTaken(Conflict):
    """Another person signs in with this address."""


class AlreadyActive(Conflict):
    """The person has a password: an invitation would be a reset by the back door."""


class RoleElsewhere(Invalid):
    """The role belongs to the provider and the organisation is a customer, or the other way round."""


class OwnRights(Conflict):
    """Nobody takes their own administration away, or the house would be locked from inside."""
