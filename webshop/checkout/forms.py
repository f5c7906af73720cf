"""Forms of deciding."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from webshop.web.forms import ShopForm, _l

MAX_COMMENT = 1000


class DecisionForm(ShopForm):
    """One comment for whatever is decided, and the hash of what the page showed."""

    comment = TextAreaField(
        _l("Anmerkung"), validators=[Length(max=MAX_COMMENT, message=_l("Kürzen Sie den Text auf höchstens 1.000 Zeichen."))]
    )
    content_hash = HiddenField()
