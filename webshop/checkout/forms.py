"""Forms of deciding."""

from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import UUID, InputRequired, Length, NumberRange, Regexp
from wtforms.widgets import HiddenInput

from webshop.web.forms import ShopForm, _l

MAX_COMMENT = 1000


class DecisionForm(ShopForm):
    """One comment for whatever is decided, and the hash of what the page showed."""

    comment = TextAreaField(
        _l("Anmerkung"), validators=[Length(max=MAX_COMMENT, message=_l("Kürzen Sie den Text auf höchstens 1.000 Zeichen."))]
    )
    content_hash = HiddenField()


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[
            InputRequired(missing),
            Length(max=MAX_COMMENT, message=_l("Kürzen Sie den Text auf höchstens 1.000 Zeichen.")),
        ],
    )


class WithdrawForm(ShopForm):
    """Why the buyer takes an order back."""

    withdraw_reason = _reason(_l("Begründung"), _l("Geben Sie an, warum Sie die Bestellung zurückziehen."))


class CancelForm(ShopForm):
    """Why the provider cancels an order."""

    cancel_reason = _reason(_l("Begründung"), _l("Geben Sie an, warum storniert wird."))


class AnswerForm(ShopForm):
    """The answer to a question, and which one."""

    question_id = HiddenField(validators=[UUID(message=_l("Laden Sie die Seite neu."))])
    answer = _reason(_l("Ihre Antwort"), _l("Schreiben Sie eine Antwort."))


class SubmitForm(ShopForm):
    """What the review page showed: the cart and its version, the hash of the content, and the key of this very form."""

    cart_id = HiddenField(validators=[InputRequired(), UUID()])
    cart_version = IntegerField(widget=HiddenInput(), validators=[InputRequired(), NumberRange(1, 2**31 - 1)])
    content_hash = HiddenField(validators=[InputRequired(), Regexp(r"\A[0-9a-f]{64}\Z")])
    checkout_key = HiddenField(validators=[InputRequired(), Regexp(r"\A[A-Za-z0-9_-]{43}\Z")])
