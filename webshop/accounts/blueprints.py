"""The two groups of pages: everybody's own account, and the staff's list of people."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)
