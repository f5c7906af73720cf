"""Named ways in which a request can go wrong; their sentences may be read by the user.

Below these four kinds every package names its own. `field` is the form field at which the sentence belongs.
"""

from typing import ClassVar


class ShopError(Exception):
    """A sentence for the user, marked for translation, with its parameters."""

    status: ClassVar[int] = 422

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class Invalid(ShopError):
    """What was asked for breaks a rule; the same form may be sent again, mended."""


class NotFound(ShopError):
    """No such record, or none that this person may see: both look alike (S-2)."""

    status = 404


class NotAllowed(ShopError):
    """The person sees the record, but this step is not theirs."""

    status = 403


class Conflict(ShopError):
    """Somebody else was faster; nothing was changed."""

    status = 409


class TooMany(ShopError):
    """Too many tries; `retry_after` says in how many seconds to come back."""

    status = 429

    def __init__(self, message: str, *, retry_after: int, field: str | None = None, **params: object) -> None:
        super().__init__(message, field=field, **params)
        self.retry_after = retry_after
