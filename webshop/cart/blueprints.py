"""The pages of carts. Two of them, the cart itself and its change, stand in `checkout`, which knows who approves."""

from flask import Blueprint

bp = Blueprint("cart", __name__)
