"""Health tells the truth (R-32)."""

from flask import Flask


def init_health(app: Flask) -> None:
    """Register the health pages."""
