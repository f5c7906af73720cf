"""What goes out with every answer, and which requests come in at all (S-10, S-21, S-22)."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BLANK = 0x20
YEAR_S = 31_536_000


def init_headers(app: Flask, *, secure: bool) -> None:
    """Refuse cross-site writes; set the security headers on every answer, errors too."""

    @app.before_request
    def same_site() -> None:
        if request.method in SAFE_METHODS:
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(400)
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            abort(400)

    @app.before_request
    def readable() -> None:
        """No database column and no page holds a NUL, and no address of ours a control character (S-34)."""
        address = (request.path, *request.args.keys(), *(value for values in request.args.listvalues() for value in values))
        if any(ord(char) < BLANK for text in address for char in text):
            abort(400)
        if any("\0" in value for values in request.form.listvalues() for value in values):
            abort(400)

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR_S}; includeSubDomains"
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        elif request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response
