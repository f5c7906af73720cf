"""What the mails about an order say, as plain data; their words stand in `templates/mail/<kind>.*`.

A mail carries the order's number, a link (`url`, added by the caller) and what somebody wrote to the recipient: no
lines, no sums, no third persons (guarantee P-9). Whoever wants more follows the link and signs in.
"""

from dataclasses import dataclass

from webshop.orders.models import Order


@dataclass(frozen=True)
class MailContent:
    """The name of the three template files and the texts that they print."""

    kind: str
    data: dict[str, str]


def submitted(order: Order) -> MailContent:
    """To the buyer: the order waits for an approval."""
    return MailContent("order_submitted", {"number": order.number})


def approval_requested(order: Order, approver_name: str) -> MailContent:
    """To an approver: decide."""
    return MailContent("approval_requested", {"number": order.number, "recipient": approver_name})


def approved(order: Order) -> MailContent:
    """To the buyer, with the confirmation: the order is placed."""
    return MailContent("order_approved", {"number": order.number, "confirmation": order.confirmation_number or ""})


def refused(order: Order, reason: str) -> MailContent:
    """To the buyer: why it was refused, and how to go on."""
    return MailContent("order_refused", {"number": order.number, "reason": reason})


def question(order: Order, asker: str, text: str) -> MailContent:
    """To the buyer: answer, then the decision goes on."""
    return MailContent("question_asked", {"number": order.number, "asker": asker, "question": text})


def answered(order: Order, who: str, text: str) -> MailContent:
    """To whoever asked: the answer is there, decide."""
    return MailContent("question_answered", {"number": order.number, "who": who, "answer": text})


def withdrawn(order: Order) -> MailContent:
    """To those who were to decide: nothing is left to do."""
    return MailContent("order_withdrawn", {"number": order.number})


def cancelled(order: Order, reason: str) -> MailContent:
    """To the buyer: the provider cancelled, and why."""
    return MailContent("order_cancelled", {"number": order.number, "reason": reason})
