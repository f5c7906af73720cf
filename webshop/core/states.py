"""Workflows as tables: which step leads from where to where, and who may take it (R-8, S-4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from webshop.core.actor import Role
from webshop.core.errors import Conflict
from webshop.core.i18n import N_

S = TypeVar("S", bound=StrEnum)


class WrongState(Conflict):
    """The step is not drawn from the state in which the record is now."""


@dataclass(frozen=True)
class Step(Generic[S]):
    """One arrow: its name, the states it starts from, the state it leads to, the roles that may take it, its button."""

    name: str
    sources: frozenset[S]
    target: S
    roles: frozenset[Role]
    label: str


@dataclass(frozen=True)
class Workflow(Generic[S]):
    """All arrows of one kind of record; refuses states that nothing leads to."""

    start: S
    steps: tuple[Step[S], ...]

    def __post_init__(self) -> None:
        states = {self.start} | {source for step in self.steps for source in step.sources}
        states |= {step.target for step in self.steps}
        reached = {self.start}
        while more := {step.target for step in self.steps if step.sources & reached} - reached:
            reached |= more
        if states - reached:
            raise ValueError(f"unreachable states: {sorted(states - reached)}")

    def step(self, name: str) -> Step[S]:
        """The arrow of that name; KeyError is a bug in the caller."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def target(self, name: str, state: S) -> S:
        """Where the step leads from this state; WrongState where it is not drawn."""
        step = self.step(name)
        if state not in step.sources:
            raise WrongState(N_("Dieser Schritt ist nicht mehr möglich. Der Vorgang wurde inzwischen geändert."))
        return step.target

    def open_steps(self, state: S, roles: Iterable[Role]) -> list[Step[S]]:
        """The arrows that somebody with these roles may take from this state: the page's buttons."""
        held = frozenset(roles)
        return [step for step in self.steps if state in step.sources and step.roles & held]


def arrow(name: str, sources: Iterable[S], target: S, roles: Role | Iterable[Role], label: str) -> Step[S]:
    """A step written short, for the tables in `states.py`."""
    held = frozenset([roles]) if isinstance(roles, Role) else frozenset(roles)
    return Step(name, frozenset(sources), target, held, label)
