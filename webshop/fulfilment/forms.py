"""Forms of the fulfilment page."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from webshop.web.forms import ShopForm, _l, tidy

MAX_TOKEN = 43
TOO_LONG = _l("Möglich sind höchstens %(max)d Zeichen. Kürzen Sie den Text.")


class FinishForm(ShopForm):
    """What was delivered or set up. The token says that the entry is still ours."""

    token = HiddenField(validators=[InputRequired(), Length(max=MAX_TOKEN)])
    tracking = StringField(_l("Sendungsnummer"), filters=[tidy], validators=[Length(max=200, message=TOO_LONG)])
    note = TextAreaField(_l("Vermerk"), validators=[Length(max=1000, message=TOO_LONG)])


class FailForm(ShopForm):
    """Why it cannot be done."""

    token = HiddenField(validators=[InputRequired(), Length(max=MAX_TOKEN)])
    reason = TextAreaField(
        _l("Grund"),
        validators=[
            InputRequired(_l("Geben Sie an, woran es liegt. Der Vertrieb liest diese Begründung.")),
            Length(max=1000, message=TOO_LONG),
        ],
    )
