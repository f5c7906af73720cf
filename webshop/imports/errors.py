"""Files that are refused as a whole."""

from webshop.core.errors import Invalid


class ImportRefused(Invalid):
    """Not one row can be read: wrong kind of file, unknown columns, too large."""
