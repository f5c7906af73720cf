"""Calling `webshop` inside the test's own process: quick, and with the same words and exit codes."""

import os
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from webshop.cli import root


@dataclass(frozen=True)
class Done:
    """What the command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def call(database: Any, *arguments: object, input: str | None = None) -> Done:
    """Run a command that ends by itself."""
    unset: dict[str, str | None] = {name: None for name in os.environ if name.startswith("WEBSHOP_")}
    before = os.umask(0o022)
    try:
        result = CliRunner().invoke(
            root, [str(part) for part in arguments], prog_name="webshop", input=input, env=unset | database.environment
        )
    finally:
        os.umask(before)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return Done(result.exit_code, result.stdout, result.stderr)
