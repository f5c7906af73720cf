"""Leitweg-IDs: form and check digits (Leitweg-ID-Formatspezifikation 2.0.2, ISO 7064 Mod 97-10)."""

import re

_FORM = re.compile(r"[0-9]{2,12}(?:-[A-Z0-9]{1,30})?-[0-9]{2}")


def is_leitweg_id(text: str) -> bool:
    """True where form and check digits fit; letters count as in IBANs (A = 10)."""
    if not _FORM.fullmatch(text):
        return False
    digits = "".join(str(int(char, 36)) for char in text.replace("-", ""))
    return int(digits) % 97 == 1
