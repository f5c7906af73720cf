"""The web pages of this package."""

from flask import Blueprint

bp = Blueprint("approvals", __name__)
