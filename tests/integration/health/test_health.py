"""R-32: health tells the truth, to machines, without sessions and without gossip."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from tests.approved import approved_order
from tests.browsing import Client
from tests.integration.worker.promises import promise, promise_mail
from webshop.documents.models import Document
from webshop.fulfilment.models import FulfilmentEntry
from webshop.outbox.models import OutboxMail

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=90)
CHECKS = {"database", "schema", "disk", "mails", "documents", "queue"}


@pytest.fixture
def database(fresh_database):
    fresh_database.overrides["smtp_url"] = "smtp://127.0.0.1:1"
    return fresh_database


def ready(database, query=""):
    """Status, and each check's verdict."""
    answer = Client(database.app).get(f"/health/ready{query}")
    return answer.status_code, {name: check["status"] for name, check in answer.json["checks"].items()}


def failing(database):
    """The checks that fail; the answer is 503 exactly when there is one."""
    status, checks = ready(database)
    found = {name for name, verdict in checks.items() if verdict == "failing"}
    assert status == (503 if found else 200)
    return found


def test_r32_a_shop_in_order_is_ready(database):
    assert ready(database) == (200, dict.fromkeys(CHECKS, "ok"))


@pytest.mark.parametrize("line", ["mails", "documents", "queue"])
def test_r32_work_that_waits_too_long_flips_its_own_check(database, line):
    with database.session() as session:
        approved_order(session, NOW)
        promise_mail(session, NOW)
        promise(session, NOW)
        session.commit()
    assert failing(database) == set()

    model = {"mails": OutboxMail, "documents": Document, "queue": FulfilmentEntry}[line]
    with database.session() as session:
        session.execute(update(model).values(created_at=OLD))
        session.commit()

    assert failing(database) == {line}


def test_r32_work_that_rests_or_is_held_or_parked_is_not_late(database):
    with database.session() as session:
        promise_mail(session, OLD, not_before=NOW + timedelta(days=1))
        promise_mail(session, OLD, lease_token="held", lease_until=NOW + timedelta(days=1))
        promise_mail(session, OLD, state="failed")
        promise_mail(session, OLD, state="sent")
        promise_mail(session, OLD, attachments=promise(session, NOW))
        session.commit()

    assert failing(database) == set()


def test_r32_without_a_mail_server_no_mail_is_late(fresh_database):
    with fresh_database.session() as session:
        promise_mail(session, OLD)
        session.commit()

    assert failing(fresh_database) == set()


def test_r32_another_schema_flips_the_schema(database):
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'm9999'"))
        session.commit()

    assert failing(database) == {"schema"}


def test_r32_a_database_that_is_away_flips_the_database_and_the_rest_is_unknown(database, engine_kind):
    client = Client(database.app)
    assert client.get("/health/ready").status_code == 200
    if engine_kind == "postgres":
        database.cluster.drop(database.name)
    else:
        with database.app.app_context():
            from webshop.extensions import db

            db.engine.dispose()
        shutil.move(database.folder / "webshop.sqlite3", database.folder / "gone")
        (database.folder / "webshop.sqlite3").mkdir()

    answer = client.get("/health/ready")

    checks = {name: check["status"] for name, check in answer.json["checks"].items()}
    assert answer.status_code == 503
    assert checks.pop("database") == "failing"
    assert set(checks.values()) == {"unknown"}
    assert client.get("/health/live").status_code == 200
    if engine_kind == "postgres":
        database.cluster.create(database.name)


def test_r32_a_full_disk_flips_the_disk(database, engine_kind):
    database.overrides["health"] = {"free_disk_mb": 10**9}

    assert failing(database) == ({"disk"} if engine_kind == "sqlite" else set())


def test_a_load_balancer_may_ask_for_some_checks_only(database):
    with database.session() as session:
        promise_mail(session, OLD)
        session.commit()

    assert ready(database, "?checks=database,schema,disk") == (200, dict.fromkeys(["database", "schema", "disk"], "ok"))
    assert ready(database, "?checks=mails")[0] == 503
    assert set(ready(database, "?checks=nonsense")[1]) == CHECKS


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/.well-known/security.txt"])
def test_machines_need_no_session_and_leave_none(session, client, count_queries, path):
    with count_queries() as queries:
        answer = client.get(path)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert len(queries) <= (0 if path in ("/health/live", "/.well-known/security.txt") else 9)


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_metrics_tell_depth_and_age_and_requests(session, client):
    promise_mail(session, datetime.now(UTC) - timedelta(hours=2))

    client.get("/health/live")
    words = client.get("/metrics").text

    assert 'webshop_rows{line="mails",state="queued"} 1.0' in words
    age = float(next(line for line in words.splitlines() if line.startswith('webshop_oldest_seconds{line="mails"}')).split()[1])
    assert 7190 < age < 7300
    assert 'webshop_requests_total{endpoint="health.live",method="GET",status="200"}' in words
    assert 'webshop_info{version="' in words


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, 200),
        ({"environ_base": {"REMOTE_ADDR": "10.0.0.5"}}, 404),
        ({"headers": {"X-Forwarded-For": "127.0.0.1"}}, 404),
        ({"headers": {"Forwarded": "for=127.0.0.1"}}, 404),
        ({"environ_base": {"REMOTE_ADDR": "10.0.0.5"}, "headers": {"Authorization": "Bearer wrong"}}, 404),
        ({"environ_base": {"REMOTE_ADDR": "10.0.0.5"}, "headers": {"Authorization": "Bearer "}}, 404),
    ],
)
def test_metrics_are_for_this_machine_alone(session, client, options, status):
    assert client.get("/metrics", **options).status_code == status


def test_figures_in_ready_are_for_this_machine_too(session, client):
    assert "limit_seconds" in client.get("/health/ready").text
    assert "limit_seconds" not in client.get("/health/ready", environ_base={"REMOTE_ADDR": "10.0.0.5"}).text


def test_a_token_opens_metrics_to_a_scraper_elsewhere(fresh_database):
    fresh_database.overrides["metrics_token"] = "a-token-for-the-scraper"
    client = Client(fresh_database.app)
    far = {"environ_base": {"REMOTE_ADDR": "10.0.0.5"}}

    assert client.get("/metrics", headers={"Authorization": "Bearer a-token-for-the-scraper"}, **far).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer a-token-for-the-scrapeR"}, **far).status_code == 404


def test_s42_outsiders_learn_whom_to_tell(session, client):
    answer = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.mimetype == "text/plain"
    assert fields["Contact"].startswith("mailto:")
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=170) < expires - NOW < timedelta(days=366)
