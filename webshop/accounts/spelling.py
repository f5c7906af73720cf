"""How words are compared when passwords are checked."""

import unicodedata


def plain(text: str) -> str:
    """Lower case, without accents, letters and digits only."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if char.isalnum())
