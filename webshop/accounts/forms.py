"""Forms for getting in, for one's own account, and for managing people. They check shape; services check meaning."""

from uuid import UUID

from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from webshop.core.actor import ROLE_LABELS, Role
from webshop.web.forms import ShopForm, _l, choices, tidy

MAX_EMAIL = 254
MAX_TYPED = 1000
"""More than any password has; nothing is cut, longer ones are refused."""


def plain_email(value: str | None) -> str | None:
    """An address as accounts are found by it: without blanks around, in lower case."""
    return value if value is None else (tidy(value) or "").lower()


def at_most(most: int) -> Length:
    """A limit that says what to do."""
    return Length(max=most, message=_l("Möglich sind höchstens %(max)d Zeichen. Kürzen Sie den Text."))


class CheckboxGroupField(SelectMultipleField):
    """Several choices as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SignInForm(ShopForm):
    """The door."""

    email = EmailField(
        _l("E-Mail-Adresse"),
        filters=[plain_email],
        validators=[DataRequired(_l("Geben Sie Ihre E-Mail-Adresse ein.")), at_most(MAX_EMAIL)],
    )
    password = PasswordField(
        _l("Passwort"), validators=[InputRequired(_l("Geben Sie Ihr Passwort ein.")), at_most(MAX_TYPED)]
    )


class ForgottenForm(ShopForm):
    """Who wants a new password."""

    email = EmailField(
        _l("E-Mail-Adresse"),
        filters=[plain_email],
        validators=[DataRequired(_l("Geben Sie Ihre E-Mail-Adresse ein.")), at_most(MAX_EMAIL)],
    )


class NewPasswordForm(ShopForm):
    """A new password, typed twice, since nobody sees what they type."""

    password = PasswordField(
        _l("Neues Passwort"), validators=[InputRequired(_l("Geben Sie ein neues Passwort ein.")), at_most(MAX_TYPED)]
    )
    repeated = PasswordField(
        _l("Neues Passwort wiederholen"),
        validators=[EqualTo("password", _l("Die Eingaben sind nicht gleich. Geben Sie das neue Passwort noch einmal ein."))],
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password in place of the old one, which proves who is asking."""

    old = PasswordField(
        _l("Bisheriges Passwort"), validators=[InputRequired(_l("Geben Sie Ihr bisheriges Passwort ein.")), at_most(MAX_TYPED)]
    )


class ContactForm(ShopForm):
    """What people may correct about themselves."""

    phone = StringField(_l("Telefon"), filters=[tidy], validators=[at_most(60)])
    department = StringField(_l("Amt oder Abteilung"), filters=[tidy], validators=[at_most(120)])
    version = HiddenField()


class DisplayForm(ShopForm):
    """How pages look to one person."""

    language = RadioField(_l("Sprache"), choices=choices([("de", "Deutsch"), ("en", "English")]))
    theme = RadioField(
        _l("Darstellung"),
        choices=choices([("auto", _l("Wie im Betriebssystem eingestellt")), ("light", _l("Hell")), ("dark", _l("Dunkel"))]),
    )


class DetailsForm(ShopForm):
    """A person's business contact data."""

    first_name = StringField(
        _l("Vorname"), filters=[tidy], validators=[DataRequired(_l("Geben Sie den Vornamen ein.")), at_most(100)]
    )
    last_name = StringField(
        _l("Nachname"), filters=[tidy], validators=[DataRequired(_l("Geben Sie den Nachnamen ein.")), at_most(100)]
    )
    phone = StringField(_l("Telefon"), filters=[tidy], validators=[at_most(60)])
    department = StringField(_l("Amt oder Abteilung"), filters=[tidy], validators=[at_most(120)])
    version = HiddenField()


class AddressForm(ShopForm):
    """The address with which somebody will sign in."""

    email = EmailField(
        _l("E-Mail-Adresse"),
        filters=[plain_email],
        validators=[
            DataRequired(_l("Geben Sie die E-Mail-Adresse ein.")),
            Email(_l("Das ist keine E-Mail-Adresse. Sie hat die Form name@amt.example.")),
            at_most(MAX_EMAIL),
        ],
    )


class RoleChoice(ShopForm):
    """Roles in one organisation."""

    organisation_id = SelectField(
        _l("Organisation"), validate_choice=False, validators=[DataRequired(_l("Wählen Sie eine Organisation aus."))]
    )
    roles = CheckboxGroupField(
        _l("Rollen"),
        choices=choices((role.value, _l(label)) for role, label in ROLE_LABELS.items()),
        validators=[InputRequired(_l("Wählen Sie mindestens eine Rolle aus."))],
    )

    def chosen(self) -> tuple[UUID | None, list[Role]]:
        """The organisation, if it can be one at all, and the roles."""
        try:
            house = UUID(str(self.organisation_id.data))
        except ValueError:
            house = None
        return house, [Role(value) for value in self.roles.data or []]


class RoleForm(RoleChoice):
    """Roles in one organisation, from a day to a day."""

    valid_from = StringField(_l("Gilt ab"), filters=[tidy], validators=[at_most(40)])
    valid_to = StringField(_l("Gilt bis"), filters=[tidy], validators=[at_most(40)])
    version = HiddenField()


class NewPersonForm(DetailsForm, AddressForm, RoleChoice):
    """Somebody new, with the first roles."""
