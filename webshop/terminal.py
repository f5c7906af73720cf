"""What the commands share: German help, and errors that say what to do. 0 is fine, 1 failed, 2 misused."""

import click


class Failed(click.ClickException):
    """A sentence in German for the person at the terminal."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        """On standard error."""
        click.echo(f"Fehler: {self.message}", err=True)


class GermanHelp(click.HelpFormatter):
    """click's help with German headings."""

    HEADINGS = {"Options": "Optionen", "Commands": "Befehle", "Arguments": "Angaben"}

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """`Aufruf: webshop …`"""
        super().write_usage(prog, args, prefix or "Aufruf: ")

    def write_heading(self, heading: str) -> None:
        """In German where we know the word."""
        super().write_heading(self.HEADINGS.get(heading, heading))


class Command(click.Command):
    """A command whose help is German all over."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Zeigt diese Hilfe."
        return option


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


click.Context.formatter_class = GermanHelp
