"""Passwords: how they are kept, and which are refused (S-13).

Length is what counts; there are no rules about kinds of characters. Hashing takes a while on purpose: nobody calls `matches`
or `hash_of` while a transaction is open (R-23).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from webshop.accounts.common_passwords import COMMON
from webshop.accounts.errors import WeakPassword
from webshop.accounts.spelling import plain as plain_text
from webshop.core.i18n import N_

MIN_LENGTH = 12
MAX_LENGTH = 128
CONTEXT = ("webshop", "itshop", "kommune", "kommunen", "passwort", "password", "kennwort", "rathaus", "verwaltung")
MIN_WORD = 4
MIN_REST = 8
"""So many characters must be left when the names are taken out."""
MIN_DIFFERENT = 5
STAND_INS = str.maketrans("@$0135", "asoies")
"""`P@ssw0rt` is read as `passwort` too."""
ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertzuiopasdfghjklyxcvbnm", "qwertyuiopasdfghjklzxcvbnm", "1234567890", "0123456789")

# 46 MiB, one pass, one lane: the strongest of the settings that OWASP calls equal, and kind to threads.
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


def hash_of(password: str) -> str:
    """The Argon2id hash of a password."""
    return _hasher.hash(normal(password))


def matches(stored: str | None, password: str) -> bool:
    """True if it is the password; works as long where there is nothing to compare with (S-15)."""
    if len(password) > MAX_LENGTH * 4:
        password = ""
    try:
        return _hasher.verify(stored or _dummy(), normal(password)) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """True where today's settings are stronger than the hash."""
    return _hasher.check_needs_rehash(stored)


def normal(password: str) -> bytes:
    """One spelling for what looks and is typed alike (NFC); never shortened."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def check(password: str, *, names: Iterable[str] = ()) -> None:
    """WeakPassword where a new password is too short, too long, well known, or made of the person's or the shop's names."""
    length = len(unicodedata.normalize("NFC", password))
    if length < MIN_LENGTH:
        raise WeakPassword(N_("Das Passwort braucht mindestens %(least)s Zeichen."), field="password", least=MIN_LENGTH)
    if length > MAX_LENGTH:
        raise WeakPassword(N_("Das Passwort darf höchstens %(most)s Zeichen haben."), field="password", most=MAX_LENGTH)
    spellings = {plain_text(password), plain_text(password.translate(STAND_INS))}
    if len(set(password)) < MIN_DIFFERENT or any(_is_common(plain) for plain in spellings):
        raise WeakPassword(
            N_("Dieses Passwort ist leicht zu erraten. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun haben."),
            field="password",
        )
    if any(_is_mostly_names(plain, _words(names)) for plain in spellings):
        raise WeakPassword(
            N_(
                "Das Passwort besteht vor allem aus Ihrem Namen oder den Namen Ihrer Organisation und des Shops. "
                "Nehmen Sie andere Wörter."
            ),
            field="password",
        )


@cache
def _dummy() -> str:
    return _hasher.hash(b"nobody has this password")


def _is_common(plain: str) -> bool:
    """In the list, with or without digits around; a row of keys, an alphabet or a repetition."""
    if len(plain) < MIN_WORD:
        return False
    if plain in COMMON or plain.strip("0123456789") in COMMON:
        return True
    if any(plain in row * 12 or plain[::-1] in row * 12 for row in ROWS):
        return True
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, MIN_DIFFERENT + 1))


def _is_mostly_names(plain: str, words: set[str]) -> bool:
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != plain and len(rest) < MIN_REST


def _words(names: Iterable[str]) -> set[str]:
    parts = [part for name in (*names, *CONTEXT) for part in (name, *re.split(r"[\s@.,/()-]+", name))]
    return {word for part in parts if len(word := plain_text(part)) >= MIN_WORD}
