"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("checkout", __name__)
