"""Carts: several named ones per person, private or shared in the house. Prices are shown here, never promised.

A cart is also the draft of an order: address, date, references and the splits of its lines over addresses and cost
centres are kept in it until it is submitted. Its `version` rises with every change, by a conditional update and with
the cart's row locked, so that nobody orders what somebody else has changed meanwhile (R-3).

Forms carry stamps of what they showed, one a line: two people may change different lines of one cart at once; where
both changed the same line, the second is shown both versions and decides (R-7). `seen_*` is what a line last cost and
whether it was in stock when a person was shown it: what moved since must be confirmed before ordering.

`offers` works out what all lines are worth now, for the cart, the review and the order alike. The cart's own page
stands in `checkout`, because it says who will approve.
"""
