"""The `webshop` command: the terminal's views.

Each command loads what it needs when it runs, so that none waits for the others' libraries.
"""

import os
import secrets
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from webshop import __version__
from webshop.config import Settings, SettingsError, load_settings
from webshop.terminal import Failed, Group

PRIVATE_UMASK = 0o077


class Commands(Group):
    """Commands that stand in other modules are loaded when they are asked for."""

    ELSEWHERE: Mapping[str, str] = {
        "import": "webshop.import_command:import_command",
        "queue": "webshop.queue_command:queue",
        "verify": "webshop.verify:verify",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All, in the order in which a newcomer meets them."""
        order = ["demo", "serve", "worker", "db", "import", "queue", "verify"]
        return sorted({*super().list_commands(ctx), *self.ELSEWHERE}, key=lambda name: (name not in order, order.index(name)))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name in self.ELSEWHERE:
            module, _, attribute = self.ELSEWHERE[cmd_name].partition(":")
            command = getattr(import_module(module), attribute)
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands)
@click.version_option(__version__, "--version", prog_name="webshop", help="Zeigt die Version.")
def root() -> None:
    """Der Webshop, in dem Kommunen bei ihrem IT-Dienstleister bestellen.

    Die Einstellungen kommen aus Umgebungsvariablen, die mit WEBSHOP_ beginnen.
    """
    os.umask(PRIVATE_UMASK)  # what the shop writes is the shop's alone


def main() -> None:
    """The console script."""
    root(prog_name="webshop")


def settings(*, needs_secret: bool = False) -> Settings:
    """The settings, or every problem they have at once."""
    from webshop.config import NEW_KEY_HINT

    problems = []
    try:
        found = load_settings()
        if needs_secret and not found.secret_key:
            problems.append(f"WEBSHOP_SECRET_KEY: fehlt. {NEW_KEY_HINT}")
    except SettingsError as error:
        problems.extend(str(error).splitlines())
        if needs_secret and not (os.environ.get("WEBSHOP_SECRET_KEY") or os.environ.get("WEBSHOP_SECRET_KEY_FILE")):
            problems.append(f"WEBSHOP_SECRET_KEY: fehlt. {NEW_KEY_HINT}")
    if problems:
        raise Failed("So kann der Shop nicht starten.\n" + "\n".join(f"  {problem}" for problem in problems))
    return found


def require_usable_database(found: Settings) -> None:
    """Failed where the database is away, of another version or not safe."""
    from webshop import schema

    engine = schema.open_engine(found)
    try:
        schema.require_usable(engine)
    except (schema.UnknownSchema, schema.UnusableDatabase) as error:
        raise Failed(str(error)) from error
    finally:
        engine.dispose()


end_with_option = click.option("--end-with", "parent", type=int, hidden=True, help="Endet mit diesem Prozess.")


# --- what runs --------------------------------------------------------------------------------------------------------


@root.command()
@end_with_option
def serve(parent: int | None) -> None:
    """Startet den Webserver.

    Adresse und Umfang: WEBSHOP_BIND, WEBSHOP_WEB_PROCESSES, WEBSHOP_WEB_THREADS. E-Mails und PDF macht „webshop worker“.
    """
    from webshop import serving
    from webshop.supervision import CannotServe, end_with

    found = settings(needs_secret=True)
    try:
        if parent is None:
            serving.refuse_exposed(found)
        else:
            end_with(parent)
        require_usable_database(found)
        serving.serve(found)
    except CannotServe as error:
        raise Failed(str(error)) from error


@root.command()
@click.option("--until-idle", is_flag=True, help="Endet, sobald nichts mehr zu tun ist.")
@end_with_option
def worker(until_idle: bool, parent: int | None) -> None:
    """Verschickt E-Mails, erstellt PDF und erledigt, was zu bestimmten Zeiten fällig ist.

    Es dürfen beliebig viele nebeneinander laufen, auch auf mehreren Rechnern.
    """
    from webshop.supervision import end_with
    from webshop.web.logs import configure_logs
    from webshop.worker import Worker

    found = settings(needs_secret=True)
    require_usable_database(found)
    configure_logs()
    shift = Worker(found)
    shift.stop_on_signals()
    if parent is not None:
        end_with(parent)
    shift.run(until_idle=until_idle)


# --- the database -----------------------------------------------------------------------------------------------------


@root.group()
def db() -> None:
    """Die Datenbank einrichten und auf den Stand dieser Version bringen."""


@db.command()
def upgrade() -> None:
    """Bringt die Datenbank auf den Stand dieser Version.

    Der Befehl darf unterbrochen und wiederholt werden. Vorher eine Sicherung anlegen.
    """
    before, after = migrate(settings())
    click.echo(f"Die Datenbank ist auf dem Stand {after}." + ("" if before != after else " Es war nichts zu tun."))


def migrate(found: Settings) -> tuple[str, str]:
    """Bring the schema up to date; the revisions before and after."""
    from sqlalchemy.exc import DBAPIError

    from webshop import schema

    found.data_dir.mkdir(parents=True, exist_ok=True)
    engine = schema.open_engine(found)
    try:
        with engine.connect() as connection:
            before = schema.current(connection)
        if before and not schema.known(before):
            schema.require_current(engine)
        schema.upgrade(engine)
    except schema.UnknownSchema as error:
        raise Failed(str(error)) from error
    except DBAPIError as error:
        raise Failed(f"Die Datenbank ist nicht erreichbar oder nicht benutzbar: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()
    return before, schema.head()


# --- the demo ---------------------------------------------------------------------------------------------------------


@root.command()
def demo() -> None:
    """Startet alles zum Ausprobieren: Datenbank, Beispieldaten, Webserver und Worker.

    Beim zweiten Start bleibt, was inzwischen geschehen ist. Ende mit Strg-C.
    """
    from webshop import supervision

    secret = os.environ.get("WEBSHOP_SECRET_KEY") or os.environ.get("WEBSHOP_SECRET_KEY_FILE")
    found = settings()
    if not secret:
        os.environ["WEBSHOP_SECRET_KEY"] = own_secret(found.data_dir)
        found = settings(needs_secret=True)
    try:
        supervision.free_address(found.bind)
    except supervision.CannotServe as error:
        raise Failed(str(error)) from error
    migrate(found)
    require_usable_database(found)
    fill(found)
    house = supervision.Household(
        {"serve": ["serve"], "worker": ["worker"]}, environment=os.environ, log=found.data_dir / "demo.log"
    )
    house.stop_on_signals()
    try:
        if house.wait_until_answering(f"http://{found.local_address}"):
            welcome(found)
            house.wait()
    except supervision.Broken as error:
        raise Failed(str(error)) from error
    finally:
        house.stop()
    click.echo("Der Shop ist beendet.")


def own_secret(folder: Path) -> str:
    """The demo's own key, made once and readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret-key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    except FileExistsError:
        pass
    return path.read_text().strip()


def fill(found: Settings) -> None:
    """Make the demo data where there is no data at all, behind a progress bar."""
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from webshop import schema
    from webshop.organisations.models import Organisation

    engine = schema.open_engine(found)
    try:
        with Session(engine) as session:
            if session.scalar(select(Organisation.id).limit(1)) is not None:
                return
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        from webshop.demo import make_demo

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns) as progress:
            task = progress.add_task("Beispieldaten", total=1.0)
            make_demo(
                engine,
                progress=lambda part, words: progress.update(task, completed=part, description=words),
                provider=found.provider,
            )
    finally:
        engine.dispose()


def welcome(found: Settings) -> None:
    """Where the shop is, and who may sign in."""
    from webshop.demo.people import PASSWORD

    click.echo(f"\nDer Shop läuft: {found.public_url}\n")
    people = demo_people(found)
    if people:
        click.echo(f"Anmelden mit dem Passwort {PASSWORD} als:")
        width = max(map(len, people))
        for email, words in people.items():
            click.echo(f"  {email:{width}}  {words}")
    if found.exposed:
        click.echo("\nAchtung: Der Shop ist ohne TLS im Netz erreichbar. Das ist nur zum Ausprobieren gedacht.")
    click.echo(f"\nDaten und Protokoll: {found.data_dir.absolute()}\nEnde mit Strg-C.")


def demo_people(found: Settings) -> dict[str, str]:
    """The demo's addresses, with what each may do and for whom, as the database has it."""
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from webshop import schema
    from webshop.accounts.models import Person, RoleAssignment
    from webshop.core.actor import ROLE_LABELS
    from webshop.demo.people import DEMO_PEOPLE
    from webshop.organisations.models import Organisation

    told: dict[str, str] = {}
    engine = schema.open_engine(found)
    with Session(engine) as session:
        rows = session.execute(
            select(Person.email, RoleAssignment.role, Organisation.name)
            .join(RoleAssignment, RoleAssignment.person_id == Person.id)
            .join(Organisation, Organisation.id == RoleAssignment.organisation_id)
            .where(Person.email.in_([person.email for person in DEMO_PEOPLE]))
            .order_by(RoleAssignment.valid_from, Organisation.name)
        ).all()
    engine.dispose()
    for person in DEMO_PEOPLE:
        held = [f"{ROLE_LABELS[role]}, {house}" for email, role, house in rows if email == person.email]
        if held:
            told[person.email] = " · ".join(held)
    return told


if __name__ == "__main__":
    main()
