"""The category tree, read whole: some hundred nodes at most, one statement."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.catalog.models import Category


@dataclass
class Node:
    """A category with its place in the tree."""

    id: int
    slug: str
    path: str
    name: str
    description: str
    picture: str
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)

    @property
    def trail(self) -> list["Node"]:
        """The way from the top down to this category."""
        return [*(self.parent.trail if self.parent else []), self]

    @property
    def subtree(self) -> Iterator["Node"]:
        """This category and all below it."""
        yield self
        for child in self.children:
            yield from child.subtree

    @property
    def ids(self) -> list[int]:
        """The ids of this category and all below it."""
        return [node.id for node in self.subtree]


@dataclass(frozen=True)
class Tree:
    """All categories."""

    nodes: dict[int, Node]
    tops: list[Node]

    def at(self, path: str) -> Node | None:
        """The category of a path, if there is one."""
        return next((node for node in self.nodes.values() if node.path == path), None)


def category_tree(session: Session) -> Tree:
    """Read all categories, in the order in which they are shown."""
    rows = session.execute(
        select(
            Category.id,
            Category.parent_id,
            Category.slug,
            Category.path,
            Category.name,
            Category.description,
            Category.picture,
        ).order_by(Category.position, Category.name, Category.id)
    ).all()
    nodes = {row.id: Node(row.id, row.slug, row.path, row.name, row.description, row.picture) for row in rows}
    tops: list[Node] = []
    for row in rows:
        node = nodes[row.id]
        node.parent = nodes.get(row.parent_id) if row.parent_id else None
        (node.parent.children if node.parent else tops).append(node)
    return Tree(nodes, tops)
