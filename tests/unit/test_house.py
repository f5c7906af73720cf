"""The rules of the house that tools can check. Each tool is one test, so that one summary tells all."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent


def run(*command: str) -> None:
    """Run a tool of the environment; its words are the failure."""
    done = subprocess.run([str(PROGRAMS / command[0]), *command[1:]], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def files() -> list[Path]:
    """All files that are, or would be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := PROJECT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            found.append((path.relative_to(PROJECT).as_posix(), content.decode("utf-8", errors="replace")))
    return found


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (PROJECT / lock).read_text(), re.MULTILINE))


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "--no-fix", ".")


def test_types_are_complete() -> None:
    run("mypy")


def test_imports_run_downwards() -> None:
    run("lint-imports")


def test_templates_are_clean() -> None:
    run("djlint", "--lint", "--quiet", "templates")


def test_the_script_is_plain_shell() -> None:
    for name in ("shop", ".ci/run"):
        subprocess.run(["sh", "-n", name], cwd=PROJECT, check=True)
        assert (PROJECT / name).stat().st_mode & 0o111, f"{name} is not executable"


def test_every_package_keeps_its_rooms_in_order() -> None:
    """A package with views, services or models stands in the import contract, or nobody watches it."""
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    watched = set(next(c for c in contracts if c["id"] == "rooms")["containers"])
    rooms = {"views.py", "forms.py", "services.py", "mails.py", "pdf.py", "queries.py", "models.py"}
    packages = {f"webshop.{path.parent.name}" for path in PROJECT.glob("webshop/*/*.py") if path.name in rooms}
    packages -= {"webshop.web"}
    assert packages <= watched


def test_no_source_file_grows_beyond_reading() -> None:
    long = {}
    for path in files():
        if path.suffix == ".py" and path.is_relative_to(PROJECT / "webshop") and "versions" not in path.parts:
            count = len(path.read_text().splitlines())
            if count > 450:
                long[path.relative_to(PROJECT).as_posix()] = count
    assert not long


def test_runtime_and_test_locks_agree() -> None:
    runtime, test = pins("requirements.lock"), pins("requirements-test.lock")
    assert len(runtime) > 30
    assert {name: (version, test.get(name)) for name, version in runtime.items() if test.get(name) != version} == {}


def test_locks_have_a_hash_for_every_package() -> None:
    for lock in ("requirements.lock", "requirements-test.lock"):
        blocks = re.split(r"\n(?=\S)", (PROJECT / lock).read_text().strip())
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_locks_hold_what_the_project_asks_for() -> None:
    """Whoever adds a dependency also renews the locks."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    for lock, wanted in (
        ("requirements.lock", project["project"]["dependencies"]),
        ("requirements-test.lock", project["dependency-groups"]["test"]),
    ):
        names = {re.split(r"[\s<>=!~\[;]", wish)[0].lower() for wish in wanted if isinstance(wish, str)}
        assert names - {name.lower() for name in pins(lock)} == set()


def test_no_file_names_a_package_registry() -> None:
    hosts = [
        f"{name}.{end}"
        for end, names in {
            "org": ("pypi", "pythonhosted", "npmjs", "deb.debian", "security.debian", "proxy.golang"),
            "com": ("npmjs", "yarnpkg"),
            "io": ("crates",),
        }.items()
        for name in names
    ]
    assert [(name, host) for name, text in texts() for host in hosts if host in text] == []


def test_no_file_knows_a_developers_machine() -> None:
    machine = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|work)/[\w.-]+")
    found = [(name, match.group()) for name, text in texts() if "/vendor/" not in name for match in machine.finditer(text)]
    assert found == []


def test_html_is_made_in_templates_only() -> None:
    """Text stays text (S-20): `|safe` and friends are not used; what may be markup is made by macros."""
    loose = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")
    found = [
        (name, match.group())
        for name, text in texts()
        if name.startswith(("templates/", "webshop/"))
        for match in loose.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("word", ["NotImplementedError", "TODO", "FIXME", "XXX", "Lorem ipsum"])
def test_nothing_is_a_placeholder(word: str) -> None:
    here = Path(__file__).relative_to(PROJECT).as_posix()
    mine = re.compile(rf"\b{word}\b")
    found = [
        name
        for name, text in texts()
        if name != here and "/vendor/" not in name and name.endswith((".py", ".html", ".txt", ".md", ".js", ".css", ".toml"))
        and mine.search(text)
    ]
    assert found == []
