"""The `webshop` command: what it needs, what it refuses and how it says so."""

import os
import stat

import pytest
from sqlalchemy import text

from tests.databases import SECRET_KEY, free_port
from tests.integration.cli.calling import call


def test_the_overview_names_all_commands_in_german(fresh_database):
    done = fresh_database.webshop("--help")

    assert done.returncode == 0
    for command in ("demo", "serve", "worker", "db", "import", "queue", "verify"):
        assert f"  {command} " in done.stdout
    assert "Aufruf: webshop" in done.stdout
    assert "Zeigt diese Hilfe." in done.stdout


def test_all_problems_of_the_settings_are_told_at_once(fresh_database):
    fresh_database.overrides |= {"secret_key": "short", "bind": "nowhere", "web_threads": "many", "smtp_url": "http://x"}

    done = call(fresh_database, "serve")

    assert done.returncode == 1
    for name in ("SECRET_KEY", "BIND", "WEB_THREADS", "SMTP_URL"):
        assert f"WEBSHOP_{name}: " in done.stderr
    assert "python3 -c 'import secrets" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("secret", ["", "short", "x" * 64])
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_s35_nothing_starts_without_a_key_that_nobody_guesses(fresh_database, command, secret):
    fresh_database.overrides["secret_key"] = secret

    done = call(fresh_database, command)

    assert done.returncode == 1
    assert "WEBSHOP_SECRET_KEY" in done.stderr
    assert "secrets.token_urlsafe" in done.stderr


def test_s35_the_key_may_come_from_a_file(fresh_database, tmp_path):
    (tmp_path / "key").write_text(SECRET_KEY + "\n")
    fresh_database.overrides |= {"secret_key": "", "secret_key_file": tmp_path / "key"}

    assert fresh_database.settings.secret_key == SECRET_KEY
    assert fresh_database.webshop("worker", "--until-idle").returncode == 0


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["verify"], ["queue", "list"]])
def test_r28_an_unknown_schema_is_refused_with_what_to_do(fresh_database, command):
    with fresh_database.session() as session:
        session.execute(text("DELETE FROM alembic_version"))
        session.commit()

    done = call(fresh_database, *command)

    assert done.returncode == 1
    assert "Führen Sie aus: webshop db upgrade" in done.stderr


def test_r28_a_database_of_a_newer_version_is_refused(fresh_database):
    with fresh_database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'm9999'"))
        session.commit()

    for command in (["worker"], ["db", "upgrade"]):
        done = call(fresh_database, *command)
        assert done.returncode == 1
        assert "gehört zu einer neueren Version" in done.stderr


def test_an_unreachable_database_is_said_so_without_its_password(fresh_database):
    fresh_database.overrides["database_url"] = f"postgresql://shop:geheim@127.0.0.1:{free_port()}/shop"

    done = call(fresh_database, "worker")

    assert done.returncode == 1
    assert "ist nicht erreichbar" in done.stderr
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr


def test_s12_the_shop_is_not_served_over_a_network_without_tls(fresh_database):
    fresh_database.overrides["public_url"] = "http://shop.example.org"

    done = call(fresh_database, "serve")

    assert done.returncode == 1
    assert "WEBSHOP_PUBLIC_URL" in done.stderr
    assert "https://" in done.stderr


def test_a_port_that_is_taken_is_said_so(fresh_database):
    server = fresh_database.serve()
    fresh_database.overrides["bind"] = server.address.removeprefix("http://")

    done = call(fresh_database, "serve")

    assert done.returncode == 1
    assert "dort lauscht schon ein Programm" in done.stderr


def test_upgrading_makes_a_private_database_and_may_be_repeated(fresh_database, tmp_path):
    fresh_database.overrides |= {"database_url": "", "data_dir": tmp_path / "new" / "data"}

    first, second = (call(fresh_database, "db", "upgrade") for _ in range(2))

    assert (first.returncode, second.returncode) == (0, 0)
    assert "auf dem Stand m" in first.stdout
    assert "Es war nichts zu tun" in second.stdout
    path = tmp_path / "new" / "data"
    assert stat.S_IMODE(os.stat(path / "webshop.sqlite3").st_mode) == 0o600
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
