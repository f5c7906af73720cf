"""What can go wrong with documents."""


class RefusedResource(Exception):
    """A document asked for something outside the package; nothing was fetched (S-25)."""
