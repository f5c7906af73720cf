"""Who did what to which record, when and why: one chain for the whole shop, never changed (P-3).

Events are collected while a transaction runs and written at its commit, each with the hash of the one before. The
chain's head is one row that is locked at that moment only, as the last thing a transaction does: so writers wait for
each other briefly and never crosswise.
"""
