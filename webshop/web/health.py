"""Addresses for machines: is the process alive, is the shop ready, how is it doing, whom to tell about a hole (R-32).

- `/health/live` asks nobody: the process answers.
- `/health/ready` asks every probe and answers 503 where one says no. `?checks=database,schema` asks only some: a load
  balancer should ask those, since an old mail is no reason to send nobody to the shop.
- `/metrics` is for this machine alone, or for whoever sends `WEBSHOP_METRICS_TOKEN` as bearer token. A request that came
  through a proxy is not from this machine, whatever its address says. Others get 404.
- `/.well-known/security.txt` as in RFC 9116 (S-42).

None of them knows a session or a person, and none writes. What the probes ask is known at the top (`probes.py`).
"""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from flask import Flask, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from webshop.config import LOOPBACK, Settings
from webshop.core.clock import utcnow
from webshop.web import metrics
from webshop.web.access import public

log = logging.getLogger(__name__)

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Via")
SECURITY_TXT_DAYS = 180


class Verdict(StrEnum):
    """What a probe says; unknown where the database that it would ask is away."""

    OK = "ok"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """A probe's answer: yes or no, and figures for those who may see them."""

    ok: bool
    figures: dict[str, int] = field(default_factory=dict)


Probe = Callable[[], Finding]


def init_health(app: Flask, *, probes: Mapping[str, Probe], gauges: metrics.Gauges) -> None:
    """Register the addresses. The first probe is the database; where it fails, the others are not asked."""

    @public
    def live() -> ResponseReturnValue:
        return jsonify(status=Verdict.OK)

    @public
    def ready() -> ResponseReturnValue:
        wanted = [name for name in request.args.get("checks", "").split(",") if name in probes] or list(probes)
        checks = _ask({name: probes[name] for name in probes if name in wanted}, figures=_may_see_figures())
        failing = any(check["status"] == Verdict.FAILING for check in checks.values())
        return jsonify(status=Verdict.FAILING if failing else Verdict.OK, checks=checks), 503 if failing else 200

    @public
    def figures() -> ResponseReturnValue:
        if not _may_see_figures():
            abort(404)
        return Response(metrics.text(gauges), content_type=metrics.CONTENT_TYPE)

    @public
    def security_txt() -> ResponseReturnValue:
        settings: Settings = current_app.extensions["webshop_settings"]
        until = (utcnow() + timedelta(days=SECURITY_TXT_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
        lines = [
            f"Contact: mailto:{settings.provider.email}",
            f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: de, en",
            f"Canonical: {settings.public_url}/.well-known/security.txt",
        ]
        return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

    app.add_url_rule("/health/live", "health.live", live)
    app.add_url_rule("/health/ready", "health.ready", ready)
    app.add_url_rule("/metrics", "health.metrics", figures)
    app.add_url_rule("/.well-known/security.txt", "health.security_txt", security_txt)
    metrics.watch_requests(app)


def _ask(probes: Mapping[str, Probe], *, figures: bool) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    away = False
    for name, probe in probes.items():
        verdict, numbers = Verdict.UNKNOWN, {}
        if not away:
            try:
                finding = probe()
            except Exception as error:
                log.warning("probe failed", extra={"probe": name, "kind": type(error).__name__})
                verdict = Verdict.FAILING if name == next(iter(probes)) else Verdict.UNKNOWN
                away = True
            else:
                verdict = Verdict.OK if finding.ok else Verdict.FAILING
                numbers = finding.figures if figures else {}
        found[name] = {"status": verdict, **numbers}
    return found


def _may_see_figures() -> bool:
    """From this machine without a proxy between, or with the token."""
    token = current_app.extensions["webshop_settings"].metrics_token
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    forwarded = any(name in request.headers for name in FORWARDED) or "werkzeug.proxy_fix.orig" in request.environ
    return not forwarded and (request.remote_addr or "") in LOOPBACK
