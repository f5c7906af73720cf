"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("fulfilment", __name__)
