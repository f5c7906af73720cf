"""The first tables: people, tenants, catalogue, carts, orders, approvals, queue, outbox, documents, audit.

Beside the tables: the search index (FTS5 trigram on SQLite, pg_trgm on PostgreSQL), and triggers that keep the audit
trail and stored documents as they are (P-1, P-2); on PostgreSQL row-level security as the second wall between tenants
(S-2).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "m0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    create_tables()
    begin_audit_chain()
    if op.get_bind().dialect.name == "postgresql":
        protect_on_postgresql()
        wall_on_postgresql()
        search_on_postgresql()
    else:
        protect_on_sqlite()
        search_on_sqlite()


def create_tables() -> None:
    """All tables, as the models had them."""
    op.create_table(
        "attributes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("text", "number", "flag", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attributes")),
        sa.UniqueConstraint("key", name=op.f("uq_attributes_key")),
    )
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("subject_number", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    op.create_index(op.f("ix_audit_event_organisation_id"), "audit_event", ["organisation_id"], unique=False)
    op.create_index("ix_audit_event_subject", "audit_event", ["subject_kind", "subject_id", "seq"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("picture", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name=op.f("fk_categories_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("path", name=op.f("uq_categories_path")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_index(op.f("ix_categories_parent_id"), "categories", ["parent_id"], unique=False)
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_ins")),
    )
    op.create_index("ix_failed_sign_ins_account", "failed_sign_ins", ["account_hash", "at"], unique=False)
    op.create_index("ix_failed_sign_ins_source", "failed_sign_ins", ["source_hash", "at"], unique=False)
    op.create_table(
        "framework_contracts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("award_reference", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("for_all", sa.Boolean(), nullable=False),
        sa.Column("max_value", sa.BigInteger(), nullable=False),
        sa.Column("opening_value", sa.BigInteger(), nullable=False),
        sa.Column("used_value", sa.BigInteger(), nullable=False),
        sa.Column("notice_period", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("used_value >= 0 AND used_value <= max_value", name=op.f("ck_framework_contracts_within_maximum")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_framework_contracts_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_contracts")),
        sa.UniqueConstraint("number", name=op.f("uq_framework_contracts_number")),
    )
    op.create_table(
        "manufacturers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manufacturers")),
        sa.UniqueConstraint("name", name=op.f("uq_manufacturers_name")),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("provider", "customer", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("type_label", sa.String(length=80), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("official_key", sa.String(length=12), nullable=False),
        sa.Column("leitweg_id", sa.String(length=46), nullable=False),
        sa.Column("invoice_email", sa.String(length=254), nullable=False),
        sa.Column("invoice_format", sa.String(length=40), nullable=False),
        sa.Column("payment_terms_days", sa.Integer(), nullable=False),
        sa.Column("member_from", sa.Date(), nullable=True),
        sa.Column("member_to", sa.Date(), nullable=True),
        sa.Column("approval_free_up_to", sa.BigInteger(), nullable=False),
        sa.Column("approval_second_above", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("approval_free_up_to >= 0", name=op.f("ck_organisations_free_limit")),
        sa.CheckConstraint(
            "approval_second_above IS NULL OR approval_second_above >= approval_free_up_to",
            name=op.f("ck_organisations_second_limit"),
        ),
        sa.CheckConstraint(
            "member_to IS NULL OR member_from IS NULL OR member_to >= member_from", name=op.f("ck_organisations_membership")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("number", name=op.f("uq_organisations_number")),
    )
    op.create_index(
        "uq_organisations_provider",
        "organisations",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("kind = 'provider'"),
        postgresql_where=sa.text("kind = 'provider'"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("theme", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_people_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "scheduled_runs",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_scheduled_runs")),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("note", sa.String(length=250), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_addresses_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_addresses_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "label", name=op.f("uq_addresses_organisation_id_label")),
    )
    op.create_table(
        "approval_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("value_net", sa.BigInteger(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "granted", "refused", "withdrawn", name="state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_approval_cases_organisation_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["people.id"], name=op.f("fk_approval_cases_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_cases")),
        sa.UniqueConstraint("id", "requester_id", name=op.f("uq_approval_cases_id_requester_id")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_approval_cases_organisation_id_id")),
        sa.UniqueConstraint("subject_kind", "subject_id", name=op.f("uq_approval_cases_subject_kind_subject_id")),
    )
    op.create_index("ix_approval_cases_inbox", "approval_cases", ["organisation_id", "state", "opened_at"], unique=False)
    op.create_table(
        "contract_organisations",
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["framework_contracts.id"], name=op.f("fk_contract_organisations_contract_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contract_organisations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "organisation_id", name=op.f("pk_contract_organisations")),
    )
    op.create_table(
        "contract_reservations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("held", "released", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_contract_reservations_value_not_negative")),
        sa.ForeignKeyConstraint(["contract_id"], ["framework_contracts.id"], name=op.f("fk_contract_reservations_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_reservations")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_contract_reservations_order_line_id")),
    )
    op.create_index(op.f("ix_contract_reservations_contract_id"), "contract_reservations", ["contract_id"], unique=False)
    op.create_table(
        "cost_centres",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("product_group", sa.String(length=20), nullable=False),
        sa.Column("invoice_email", sa.String(length=254), nullable=False),
        sa.Column("leitweg_id", sa.String(length=46), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_cost_centres_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_centres")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_cost_centres_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_cost_centres_organisation_id_number")),
    )
    op.create_table(
        "documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("order_confirmation", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("promised", "stored", "failed", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=43), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'stored') = (content IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_documents_stored_has_content")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_documents_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_documents_kind_number")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_documents_organisation_id_id")),
    )
    op.create_index("ix_documents_claim", "documents", ["state", "priority", "id"], unique=False)
    op.create_index("ix_documents_subject", "documents", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("invitation", "reset", name="purpose", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_one_time_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_links_token_hash")),
    )
    op.create_index(op.f("ix_one_time_links_person_id"), "one_time_links", ["person_id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("checkout_key", sa.String(length=43), nullable=False),
        sa.Column("checkout_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "approved",
                "refused",
                "withdrawn",
                "completed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("desired_date", sa.Date(), nullable=True),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_phone", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("customer_number", sa.String(length=20), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("customer_street", sa.String(length=120), nullable=False),
        sa.Column("customer_postcode", sa.String(length=10), nullable=False),
        sa.Column("customer_city", sa.String(length=120), nullable=False),
        sa.Column("net_once", sa.BigInteger(), nullable=False),
        sa.Column("gross_once", sa.BigInteger(), nullable=False),
        sa.Column("net_monthly", sa.BigInteger(), nullable=False),
        sa.Column("gross_monthly", sa.BigInteger(), nullable=False),
        sa.Column("value_net", sa.BigInteger(), nullable=False),
        sa.Column("confirmation_number", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'completed', 'cancelled') OR confirmation_number IS NOT NULL",
            name=op.f("ck_orders_confirmed"),
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["people.id"], name=op.f("fk_orders_buyer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_orders_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("cart_id", name=op.f("uq_orders_cart_id")),
        sa.UniqueConstraint("confirmation_number", name=op.f("uq_orders_confirmation_number")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
        sa.UniqueConstraint("organisation_id", "checkout_key", name=op.f("uq_orders_organisation_id_checkout_key")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_orders_organisation_id_id")),
    )
    op.create_index("ix_orders_buyer", "orders", ["buyer_id", "submitted_at"], unique=False)
    op.create_index("ix_orders_list", "orders", ["organisation_id", "submitted_at"], unique=False)
    op.create_index("ix_orders_state", "orders", ["state", "submitted_at"], unique=False)
    op.create_table(
        "outbox_mail",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column(
            "state",
            sa.Enum("queued", "sent", "failed", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("server_answer", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=43), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_outbox_mail_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_mail_message_id")),
    )
    op.create_index("ix_outbox_mail_claim", "outbox_mail", ["state", "priority", "id"], unique=False)
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("hardware", "service", "bundle", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("active", "withdrawn", name="status", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("short_description", sa.String(length=500), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("manufacturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("manufacturer_number", sa.String(length=120), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("unit_code", sa.String(length=3), nullable=False),
        sa.Column("unit_label", sa.String(length=40), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("price_base_quantity", sa.Integer(), nullable=False),
        sa.Column("max_quantity", sa.Integer(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=False),
        sa.Column("promise_source", sa.String(length=80), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_quantity BETWEEN 1 AND 100000", name=op.f("ck_products_max_quantity")),
        sa.CheckConstraint("price_base_quantity > 0", name=op.f("ck_products_price_base_quantity")),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 100", name=op.f("ck_products_vat_rate")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_products_category_id")),
        sa.ForeignKeyConstraint(["manufacturer_id"], ["manufacturers.id"], name=op.f("fk_products_manufacturer_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["products.id"], name=op.f("fk_products_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("number", name=op.f("uq_products_number")),
    )
    op.create_index("ix_products_gtin", "products", ["gtin"], unique=False)
    op.create_index(
        "ix_products_listing",
        "products",
        ["category_id", "status", "manufacturer_id", "kind", "lead_time_days", "id"],
        unique=False,
    )
    op.create_index("ix_products_manufacturer", "products", ["manufacturer_id"], unique=False)
    op.create_index("ix_products_manufacturer_number", "products", ["manufacturer_number"], unique=False)
    op.create_table(
        "role_assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "buyer",
                "approver",
                "org_admin",
                "sales",
                "sales_lead",
                "fulfilment",
                "accounting",
                "admin",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_role_assignments_period")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_role_assignments_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_role_assignments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignments")),
        sa.UniqueConstraint(
            "person_id",
            "organisation_id",
            "role",
            "valid_from",
            name=op.f("uq_role_assignments_person_id_organisation_id_role_valid_from"),
        ),
    )
    op.create_index("ix_role_assignments_organisation", "role_assignments", ["organisation_id", "role"], unique=False)
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_web_sessions_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_web_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_sessions_token_hash")),
    )
    op.create_index(op.f("ix_web_sessions_person_id"), "web_sessions", ["person_id"], unique=False)
    op.create_table(
        "approval_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("granted", "refused", name="outcome", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome <> 'refused' OR comment <> ''", name=op.f("ck_approval_decisions_refusal_has_reason")),
        sa.CheckConstraint("person_id <> requester_id", name=op.f("ck_approval_decisions_four_eyes")),
        sa.ForeignKeyConstraint(["acting_for_id"], ["people.id"], name=op.f("fk_approval_decisions_acting_for_id")),
        sa.ForeignKeyConstraint(
            ["case_id", "requester_id"],
            ["approval_cases.id", "approval_cases.requester_id"],
            name=op.f("fk_approval_decisions_case_id_requester_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_approval_decisions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_decisions")),
        sa.UniqueConstraint("case_id", "person_id", name=op.f("uq_approval_decisions_case_id_person_id")),
    )
    op.create_table(
        "approval_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=1000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_approval_questions_answer_has_time")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name=op.f("fk_approval_questions_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name=op.f("fk_approval_questions_asked_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["approval_cases.id"], name=op.f("fk_approval_questions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_questions")),
    )
    op.create_index("ix_approval_questions_case", "approval_questions", ["case_id"], unique=False)
    op.create_table(
        "budgets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT hard OR spent + reserved + committed <= amount", name=op.f("ck_budgets_hard_limit")),
        sa.CheckConstraint(
            "reserved >= 0 AND committed >= 0 AND spent >= 0 AND amount >= 0", name=op.f("ck_budgets_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_budgets_organisation_id_cost_centre_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("cost_centre_id", "year", name=op.f("uq_budgets_cost_centre_id_year")),
    )
    op.create_table(
        "bundle_items",
        sa.Column("bundle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_bundle_items_quantity_positive")),
        sa.ForeignKeyConstraint(["bundle_id"], ["products.id"], name=op.f("fk_bundle_items_bundle_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_bundle_items_product_id")),
        sa.PrimaryKeyConstraint("bundle_id", "product_id", name=op.f("pk_bundle_items")),
    )
    op.create_table(
        "carts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "ordered", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("removed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=True),
        sa.Column("desired_date", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_phone", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "address_id"],
            ["addresses.organisation_id", "addresses.id"],
            name=op.f("fk_carts_organisation_id_address_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_carts_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_carts_owner_id")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["people.id"], name=op.f("fk_carts_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carts")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_carts_organisation_id_id")),
    )
    op.create_index("ix_carts_owner", "carts", ["owner_id", "state"], unique=False)
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("reserved", "committed", "released", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_commitments_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_commitments_organisation_id_cost_centre_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("reference", "cost_centre_id", name=op.f("uq_commitments_reference_cost_centre_id")),
    )
    op.create_index("ix_commitments_cost_centre_year", "commitments", ["cost_centre_id", "year"], unique=False)
    op.create_table(
        "contract_positions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("min_quantity", sa.Integer(), nullable=False),
        sa.Column("max_quantity_per_order", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["framework_contracts.id"], name=op.f("fk_contract_positions_contract_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_contract_positions_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_positions")),
        sa.UniqueConstraint("contract_id", "product_id", name=op.f("uq_contract_positions_contract_id_product_id")),
    )
    op.create_index("ix_contract_positions_product", "contract_positions", ["product_id"], unique=False)
    op.create_table(
        "cost_centre_people",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "task", sa.Enum("order", "approve", name="task", native_enum=False, create_constraint=True, length=24), nullable=False
        ),
        sa.Column("limit_net", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_cost_centre_people_organisation_id_cost_centre_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_cost_centre_people_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_cost_centre_people_person_id")),
        sa.PrimaryKeyConstraint("cost_centre_id", "person_id", "task", name=op.f("pk_cost_centre_people")),
    )
    op.create_index("ix_cost_centre_people_person", "cost_centre_people", ["person_id", "task"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("manufacturer", sa.String(length=120), nullable=False),
        sa.Column("manufacturer_number", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("hardware", "service", "bundle", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("picture", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=3), nullable=False),
        sa.Column("unit_label", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_net", sa.BigInteger(), nullable=False),
        sa.Column("price_base_quantity", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("monthly_unit_net", sa.BigInteger(), nullable=False),
        sa.Column("monthly_net", sa.BigInteger(), nullable=False),
        sa.Column("minimum_term_months", sa.Integer(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("contract_number", sa.String(length=40), nullable=False),
        sa.Column("in_stock", sa.Integer(), nullable=False),
        sa.Column("promised_date", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=250), nullable=False),
        sa.CheckConstraint("net >= 0 AND monthly_net >= 0", name=op.f("ck_order_lines_net_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "order_id"],
            ["orders.organisation_id", "orders.id"],
            name=op.f("fk_order_lines_organisation_id_order_id"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_order_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_lines_order_id_position")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_order_lines_organisation_id_id")),
    )
    op.create_index("ix_order_lines_product", "order_lines", ["product_id"], unique=False)
    op.create_table(
        "outbox_attachments",
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_outbox_attachments_document_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["outbox_mail.id"], name=op.f("fk_outbox_attachments_mail_id")),
        sa.PrimaryKeyConstraint("mail_id", "document_id", name=op.f("pk_outbox_attachments")),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "charge",
            sa.Enum("once", "monthly", name="charge", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("min_quantity", sa.Integer(), nullable=False),
        sa.Column("unit_net", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("min_quantity > 0", name=op.f("ck_prices_min_quantity_positive")),
        sa.CheckConstraint("unit_net >= 0", name=op.f("ck_prices_unit_net_not_negative")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_prices_period")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_prices_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
        sa.UniqueConstraint(
            "product_id", "charge", "min_quantity", "valid_from", name=op.f("uq_prices_product_id_charge_min_quantity_valid_from")
        ),
    )
    op.create_table(
        "product_attributes",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attribute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("number", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.ForeignKeyConstraint(["attribute_id"], ["attributes.id"], name=op.f("fk_product_attributes_attribute_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_attributes_product_id")),
        sa.PrimaryKeyConstraint("product_id", "attribute_id", name=op.f("pk_product_attributes")),
    )
    op.create_table(
        "product_relations",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("related_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("accessory", "alternative", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.CheckConstraint("product_id <> related_id", name=op.f("ck_product_relations_not_itself")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_relations_product_id")),
        sa.ForeignKeyConstraint(["related_id"], ["products.id"], name=op.f("fk_product_relations_related_id")),
        sa.PrimaryKeyConstraint("product_id", "related_id", "kind", name=op.f("pk_product_relations")),
    )
    op.create_table(
        "service_plans",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minimum_term_months", sa.Integer(), nullable=False),
        sa.Column("notice_period", sa.String(length=120), nullable=False),
        sa.Column("form", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_service_plans_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_service_plans")),
    )
    op.create_table(
        "stock",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.CheckConstraint("available >= 0", name=op.f("ck_stock_available_not_negative")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_stock_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_stock")),
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_stock_movements_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index(op.f("ix_stock_movements_product_id"), "stock_movements", ["product_id"], unique=False)
    op.create_table(
        "stock_reservations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("held", "released", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_reservations_quantity_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_stock_reservations_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservations")),
        sa.UniqueConstraint("order_line_id", "product_id", name=op.f("uq_stock_reservations_order_line_id_product_id")),
    )
    op.create_index(op.f("ix_stock_reservations_product_id"), "stock_reservations", ["product_id"], unique=False)
    op.create_table(
        "approval_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "granted", "refused", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["approval_decisions.id"], name=op.f("fk_approval_steps_decision_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["approval_cases.organisation_id", "approval_cases.id"],
            name=op.f("fk_approval_steps_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_approval_steps_organisation_id_cost_centre_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_steps")),
        sa.UniqueConstraint("case_id", "stage", "position", name=op.f("uq_approval_steps_case_id_stage_position")),
    )
    op.create_index("ix_approval_steps_open", "approval_steps", ["organisation_id", "state"], unique=False)
    op.create_table(
        "cart_choices",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cart_id"],
            ["carts.organisation_id", "carts.id"],
            name=op.f("fk_cart_choices_organisation_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_cart_choices_person_id")),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", name=op.f("pk_cart_choices")),
    )
    op.create_table(
        "cart_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=250), nullable=False),
        sa.Column("seen_unit_net", sa.BigInteger(), nullable=True),
        sa.Column("seen_monthly_net", sa.BigInteger(), nullable=True),
        sa.Column("seen_in_stock", sa.Boolean(), nullable=True),
        sa.CheckConstraint("quantity > 0 AND quantity <= 100000", name=op.f("ck_cart_lines_quantity_bounds")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cart_id"],
            ["carts.organisation_id", "carts.id"],
            name=op.f("fk_cart_lines_organisation_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_cart_lines_organisation_id_cost_centre_id"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_cart_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_lines")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_cart_lines_organisation_id_id")),
    )
    op.create_index("ix_cart_lines_cart", "cart_lines", ["cart_id", "position"], unique=False)
    op.create_table(
        "contract_prices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("position_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "charge",
            sa.Enum("once", "monthly", name="charge", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("min_quantity", sa.Integer(), nullable=False),
        sa.Column("unit_net", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["contract_positions.id"], name=op.f("fk_contract_prices_position_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_prices")),
        sa.UniqueConstraint(
            "position_id", "charge", "min_quantity", name=op.f("uq_contract_prices_position_id_charge_min_quantity")
        ),
    )
    op.create_table(
        "fulfilment_queue",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("deliver", "provision", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "claimed",
                "done",
                "failed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=43), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "order_id"],
            ["orders.organisation_id", "orders.id"],
            name=op.f("fk_fulfilment_queue_organisation_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "order_line_id"],
            ["order_lines.organisation_id", "order_lines.id"],
            name=op.f("fk_fulfilment_queue_organisation_id_order_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilment_queue")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_fulfilment_queue_order_line_id")),
    )
    op.create_index("ix_fulfilment_queue_claim", "fulfilment_queue", ["state", "priority", "id"], unique=False)
    op.create_index("ix_fulfilment_queue_order", "fulfilment_queue", ["order_id"], unique=False)
    op.create_table(
        "order_line_deliveries",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=250), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_deliveries_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "address_id"],
            ["addresses.organisation_id", "addresses.id"],
            name=op.f("fk_order_line_deliveries_organisation_id_address_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "line_id"],
            ["order_lines.organisation_id", "order_lines.id"],
            name=op.f("fk_order_line_deliveries_organisation_id_line_id"),
        ),
        sa.PrimaryKeyConstraint("line_id", "position", name=op.f("pk_order_line_deliveries")),
    )
    op.create_table(
        "order_line_parts",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "line_id"],
            ["order_lines.organisation_id", "order_lines.id"],
            name=op.f("fk_order_line_parts_organisation_id_line_id"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_order_line_parts_product_id")),
        sa.PrimaryKeyConstraint("line_id", "position", name=op.f("pk_order_line_parts")),
    )
    op.create_table(
        "order_line_shares",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("weight_label", sa.String(length=40), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("monthly_net", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_order_line_shares_organisation_id_cost_centre_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "line_id"],
            ["order_lines.organisation_id", "order_lines.id"],
            name=op.f("fk_order_line_shares_organisation_id_line_id"),
        ),
        sa.PrimaryKeyConstraint("line_id", "position", name=op.f("pk_order_line_shares")),
        sa.UniqueConstraint("line_id", "cost_centre_id", name=op.f("uq_order_line_shares_line_id_cost_centre_id")),
    )
    op.create_table(
        "cart_line_deliveries",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_deliveries_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "address_id"],
            ["addresses.organisation_id", "addresses.id"],
            name=op.f("fk_cart_line_deliveries_organisation_id_address_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "line_id"],
            ["cart_lines.organisation_id", "cart_lines.id"],
            name=op.f("fk_cart_line_deliveries_organisation_id_line_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("line_id", "address_id", name=op.f("pk_cart_line_deliveries")),
    )
    op.create_table(
        "cart_line_shares",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("cost_centre_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("quantity", "percent", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_cart_line_shares_weight_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cost_centre_id"],
            ["cost_centres.organisation_id", "cost_centres.id"],
            name=op.f("fk_cart_line_shares_organisation_id_cost_centre_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "line_id"],
            ["cart_lines.organisation_id", "cart_lines.id"],
            name=op.f("fk_cart_line_shares_organisation_id_line_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("line_id", "cost_centre_id", name=op.f("pk_cart_line_shares")),
    )


def begin_audit_chain() -> None:
    """The chain's head, before its first event."""
    head = sa.table("audit_head", sa.column("id", sa.Integer), sa.column("seq", sa.Integer), sa.column("hash", sa.String))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def protect_on_sqlite() -> None:
    """Refuse every change of what is meant to stay."""
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'audit events do not change'); END"
        )
        op.execute(
            f"CREATE TRIGGER documents_no_{verb.lower()} BEFORE {verb} ON documents WHEN OLD.state = 'stored' "
            "BEGIN SELECT RAISE(ABORT, 'stored documents do not change'); END"
        )


def protect_on_postgresql() -> None:
    """Refuse every change of what is meant to stay."""
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% does not change', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER documents_stay BEFORE UPDATE OR DELETE ON documents FOR EACH ROW "
        "WHEN (OLD.state = 'stored') EXECUTE FUNCTION refuse_change()"
    )


TENANT_TABLES = (
    "addresses",
    "approval_cases",
    "approval_steps",
    "audit_event",
    "budgets",
    "cart_choices",
    "cart_line_deliveries",
    "cart_line_shares",
    "cart_lines",
    "carts",
    "commitments",
    "cost_centre_people",
    "cost_centres",
    "documents",
    "fulfilment_queue",
    "order_line_deliveries",
    "order_line_parts",
    "order_line_shares",
    "order_lines",
    "orders",
    "outbox_mail",
)


def wall_on_postgresql() -> None:
    """Rows of a tenant are seen by that tenant only, also where a query forgot to ask; unset: the shop itself (S-2)."""
    op.execute(
        "CREATE FUNCTION tenant_may_see(tenant uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS "
        "$$ SELECT tenant IS NULL OR coalesce(current_setting('webshop.tenant', true), '') IN ('', tenant::text) $$"
    )
    for table in TENANT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_may_see(organisation_id))")


def search_on_sqlite() -> None:
    """A trigram index over the folded text, kept by triggers."""
    op.execute(
        "CREATE VIRTUAL TABLE product_search USING fts5"
        "(search_text, content='products', content_rowid='id', tokenize='trigram', detail='full')"
    )
    op.execute(
        "CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN "
        "INSERT INTO product_search(rowid, search_text) VALUES (NEW.id, NEW.search_text); END"
    )
    op.execute(
        "CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN "
        "INSERT INTO product_search(product_search, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); END"
    )
    op.execute(
        "CREATE TRIGGER products_search_update AFTER UPDATE OF search_text ON products WHEN OLD.search_text <> NEW.search_text BEGIN "
        "INSERT INTO product_search(product_search, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); "
        "INSERT INTO product_search(rowid, search_text) VALUES (NEW.id, NEW.search_text); END"
    )


def search_on_postgresql() -> None:
    """A trigram index over the folded text."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE INDEX ix_products_search_text ON products USING gin (search_text gin_trgm_ops)")
