"""Changing carts: one function per verb. Every change counts the cart's version up by a conditional update (R-7)."""

from webshop.cart.services.carts import (
    choose,
    copy,
    create_cart,
    current_or_new,
    delete,
    merge,
    rename,
    share,
    unshare,
)
from webshop.cart.services.delivery import DeliveryDetails, set_delivery
from webshop.cart.services.lines import (
    LineChange,
    add,
    assign_cost_centre,
    change_line,
    change_lines,
    confirm_changes,
    quick_add,
    remove_line,
    replace_line,
    restore_line,
)
from webshop.cart.services.splits import apply_split_to_all, by_key, split_costs, split_deliveries
from webshop.cart.wanted import Wanted

__all__ = [
    "DeliveryDetails",
    "LineChange",
    "Wanted",
    "add",
    "apply_split_to_all",
    "assign_cost_centre",
    "by_key",
    "change_line",
    "change_lines",
    "choose",
    "confirm_changes",
    "copy",
    "create_cart",
    "current_or_new",
    "delete",
    "merge",
    "quick_add",
    "remove_line",
    "rename",
    "replace_line",
    "restore_line",
    "set_delivery",
    "share",
    "split_costs",
    "split_deliveries",
    "unshare",
]
