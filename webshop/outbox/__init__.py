"""Mails as rows: promised in the transaction whose outcome they report, delivered after it by a worker (R-15)."""
