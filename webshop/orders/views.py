"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("orders", __name__)
