"""People, their roles as rows, their sessions on the server, and one-time links.

A session's secret id lives in the cookie, its hash in `web_sessions`; rights are read from the database on every
request, so they end at once (S-6, S-11).
"""
