"""Where the files lie that are not Python.

In a checkout templates and static files stand beside the package, where designers look for them; in a wheel they travel
inside it. Nothing else may ask `__file__`.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    packed = PACKAGE / f"_{name}"
    return packed if packed.is_dir() else PACKAGE.parent / name


TEMPLATES = _folder("templates")
STATIC = _folder("static")
MIGRATIONS = PACKAGE / "migrations"
TRANSLATIONS = PACKAGE / "translations"
DEMO_DATA = PACKAGE / "demo_data"
