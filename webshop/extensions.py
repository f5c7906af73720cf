"""The bare extension objects, and `session()`."""

from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from webshop.core.db import Base

db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})
"""After its commit a view asks nothing of the database for its answer: a question that fails would be taken for a failed
commit, and the work would be repeated although it was done (R-24)."""
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()


def session() -> Session:
    """The database session of this request, command or job."""
    return db.session()
