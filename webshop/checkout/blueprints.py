"""The steps from a cart to an order."""

from flask import Blueprint

bp = Blueprint("checkout", __name__)
