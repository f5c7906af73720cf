"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
