"""Redirects stay at home (S-19)."""

from urllib.parse import unquote, urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException


def safe_next(target: str | None) -> str:
    """The path if it is one of our own pages, else the start page.

    One leading slash, no second slash or backslash after it, no control character or blank anywhere, before and after
    decoding: Werkzeug drops a tab while it builds the header, so `/<tab>/evil` would become `//evil`.
    """
    home = url_for("pages.home")
    if not target or len(target) > 2000:
        return home
    for text in (target, unquote(target)):
        if not text.startswith("/") or text[1:2] in ("/", "\\") or "\\" in text or "/../" in text:
            return home
        if any(ord(char) <= 32 or ord(char) == 127 or 0x80 <= ord(char) <= 0xA0 for char in text):
            return home
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return home
    adapter = current_app.url_map.bind(request.host)
    try:
        adapter.match(parts.path, method="GET")
    except HTTPException:
        return home
    return target
