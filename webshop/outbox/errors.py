"""Named ways in which a mail cannot be promised."""

from webshop.core.errors import Invalid


class UnsafeMail(Invalid):
    """A name, an address or a subject holds a control character, or there is more than one address (S-31)."""
