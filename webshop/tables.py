"""Imports every module that has rows: migrations, tests and the consistency check need them all."""

import webshop.accounts.models
import webshop.approvals.models
import webshop.audit.models
import webshop.cart.models
import webshop.catalog.contract_models
import webshop.catalog.models
import webshop.core.numbers
import webshop.core.schedule
import webshop.documents.models
import webshop.fulfilment.models
import webshop.orders.models
import webshop.organisations.models
import webshop.outbox.models  # noqa: F401
from webshop.core.db import Base

metadata = Base.metadata
