"""The fulfilment queue: the hand-off to warehouse and service desk, one row per approved order line.

Rows are made in the transaction that approves the order, once per line (R-10). People work them on the page,
warehouse systems by `webshop queue`; both claim with a lease, so that a row whose worker died comes back by itself.
"""
