"""Passwords (S-13): length counts, nothing is cut, what everybody would guess is refused."""

import unicodedata

import pytest

from webshop.accounts import passwords
from webshop.accounts.errors import WeakPassword

NAMES = ("Erika", "Mustermann", "erika.mustermann@magdeburg.example.org", "Stadt Magdeburg", "IT-Shop für Kommunen")


@pytest.mark.parametrize(
    "password",
    [
        "vier Birnen am Zaun",
        "korrektpferdbatterieklammer",
        "Üäöß Üäöß 4711 x",
        "🙂🚲🌧️☕ unterwegs 7",
        "!§$%&/()=?{}[]",
        "x7" * 3 + "Qz19mk",
    ],
)
def test_s13_long_passwords_of_any_kind_are_taken(password: str) -> None:
    passwords.check(password, names=NAMES)


@pytest.mark.parametrize("password", ["", "kurz", "elf Zeichen", "é" * 11])
def test_s13_twelve_characters_are_the_least(password: str) -> None:
    with pytest.raises(WeakPassword, match="mindestens 12"):
        passwords.check(password)


def test_s13_length_counts_what_is_seen_not_how_it_is_encoded() -> None:
    spelled_apart = unicodedata.normalize("NFD", "äöüäöü")

    with pytest.raises(WeakPassword, match="mindestens 12"):
        passwords.check(spelled_apart)


def test_s13_up_to_128_characters_are_taken_and_more_are_refused_not_cut() -> None:
    words = ("lange Sätze sind gute Passwörter " * 5)[:128]

    passwords.check(words)
    with pytest.raises(WeakPassword, match="höchstens 128"):
        passwords.check(words + "n")


@pytest.mark.parametrize(
    "password",
    [
        "Passwort1234",
        "passwort2026!",
        "P@ssw0rt-2026",
        "123456789012",
        "qwertzuiop123",
        "abcdefghijklm",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "Sommer202612",
        "hallohallohallo",
        "Weihnachten24",
        "correct horse battery staple",
    ],
)
def test_s13_what_everybody_would_guess_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check(password)


@pytest.mark.parametrize(
    "password",
    ["ErikaMustermann1", "erika.mustermann@magdeburg.example.org", "stadt magdeburg", "webshop-demo", "IT-Shop-Kommunen"],
)
def test_s13_names_of_the_person_the_house_and_the_shop_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.check(password, names=NAMES)


def test_s13_a_name_inside_a_long_sentence_does_no_harm() -> None:
    passwords.check("Erika kauft vier Birnen am Zaun", names=NAMES)


def test_s13_passwords_of_100_characters_that_differ_at_the_end_differ() -> None:
    beginning = "a" * 99
    stored = passwords.hash_of(beginning + "b")

    assert passwords.matches(stored, beginning + "b")
    assert not passwords.matches(stored, beginning + "c")
    assert not passwords.matches(stored, beginning)


def test_s13_the_same_password_from_another_keyboard_is_the_same() -> None:
    stored = passwords.hash_of(unicodedata.normalize("NFC", "Brücken über Flüsse"))

    assert passwords.matches(stored, unicodedata.normalize("NFD", "Brücken über Flüsse"))


def test_s13_hashes_are_argon2id_and_salted() -> None:
    one, other = passwords.hash_of("vier Birnen am Zaun"), passwords.hash_of("vier Birnen am Zaun")

    assert one.startswith("$argon2id$")
    assert one != other
    assert not passwords.outdated(one)


def test_s15_nobody_has_the_password_of_an_unknown_account() -> None:
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches(None, "")


def test_s34_odd_input_is_no_password_and_no_crash() -> None:
    stored = passwords.hash_of("vier Birnen am Zaun")

    for odd in ("\x00" * 20, "\ud800" * 12, "x" * 1_000_000):
        assert not passwords.matches(stored, odd)
    assert not passwords.matches("no hash at all", "vier Birnen am Zaun")
