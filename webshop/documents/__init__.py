"""The document store: what was sent is what is kept (P-2, R-18).

A document is promised as a row with its number and a snapshot of everything it says, in the transaction that makes
it. A worker renders the snapshot once and stores the very bytes with their SHA-256; a database trigger refuses any
later change.
"""
