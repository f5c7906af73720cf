"""Who acts: a person in one organisation at this moment, as the database says it (S-6)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from webshop.core.i18n import N_


class Role(StrEnum):
    """The roles of domain.md section 1."""

    BUYER = "buyer"
    APPROVER = "approver"
    ORG_ADMIN = "org_admin"
    SALES = "sales"
    SALES_LEAD = "sales_lead"
    FULFILMENT = "fulfilment"
    ACCOUNTING = "accounting"
    ADMIN = "admin"
    AUDITOR = "auditor"


ROLE_LABELS = {
    Role.BUYER: N_("Bestellende Person"),
    Role.APPROVER: N_("Freigebende Person"),
    Role.ORG_ADMIN: N_("Kundenadministration"),
    Role.SALES: N_("Vertrieb"),
    Role.SALES_LEAD: N_("Vertriebsleitung"),
    Role.FULFILMENT: N_("Auftragsabwicklung"),
    Role.ACCOUNTING: N_("Buchhaltung"),
    Role.ADMIN: N_("Administration"),
    Role.AUDITOR: N_("Revision"),
}


@dataclass(frozen=True)
class Membership:
    """An organisation for which a person may act."""

    organisation_id: UUID
    organisation_name: str


@dataclass(frozen=True)
class Actor:
    """A signed-in person in the organisation chosen for this session; viewer of every read, actor of every change."""

    person_id: UUID
    name: str
    email: str
    organisation_id: UUID
    organisation_name: str
    is_staff: bool
    """True where the organisation is the provider: staff see all tenants."""
    roles: frozenset[Role]
    memberships: tuple[Membership, ...] = ()
    department: str = ""
    language: str = "de"
    theme: str = "auto"

    def has(self, *roles: Role) -> bool:
        """True if the person holds one of the roles in this organisation."""
        return not self.roles.isdisjoint(roles)
