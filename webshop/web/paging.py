"""Pages of a list: which one the URL asks for, and what the row of page numbers shows."""

from collections.abc import Callable
from dataclasses import dataclass

FURTHEST = 10_000


@dataclass(frozen=True)
class Page:
    """One page of a list; `link` makes the URL of a page."""

    number: int
    size: int
    total: int
    link: Callable[[int], str]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Position of the first row shown, from 1."""
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        """Position of the last row shown."""
        return min(self.number * self.size, self.total)

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.number - 1) * self.size

    def url(self, number: int) -> str:
        """The address of another page."""
        return self.link(number)


def page_number(text: str | None) -> int:
    """The page that the URL asks for; 1 for anything that is none (S-34)."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 5:
        return 1
    return min(max(int(text), 1), FURTHEST)
