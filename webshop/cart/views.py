"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("cart", __name__)
