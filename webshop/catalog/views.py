"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("catalog", __name__)
