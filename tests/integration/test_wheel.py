"""What is shipped works where there is no checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.databases import PROJECT, SECRET_KEY

pytestmark = pytest.mark.slow

ASK = """
from webshop import paths
from webshop.app import create_app
app = create_app()
browser = app.test_client()
sheet = browser.get("/static/css/base.css").status_code
print(paths.PACKAGE, paths.TEMPLATES.name, browser.get("/anmelden").status_code, sheet, browser.get("/health/ready").status_code)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_all_that_the_shop_reads(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("templates", "webshop/_templates"), ("static", "webshop/_static"), ("webshop", "webshop")):
        wanted = {
            f"{inside}/{path.relative_to(PROJECT / folder).as_posix()}"
            for path in (PROJECT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted - packed == set()
    assert any(name.startswith("webshop/migrations/versions/") for name in packed)
    assert "webshop/translations/en/LC_MESSAGES/messages.mo" in packed
    assert not [name for name in packed if name.startswith("tests/")]


def test_the_installed_command_works_outside_the_checkout(wheel: Path, work_folder: Path) -> None:
    site = work_folder / "site"
    uv = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--offline", "--python", sys.executable]
    subprocess.run([*uv, "--no-deps", "--target", site, wheel], check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEBSHOP_")}
    given = {"WEBSHOP_DATA_DIR": str(work_folder / "data"), "WEBSHOP_SECRET_KEY": SECRET_KEY}
    environment = kept | given | {"PYTHONPATH": str(site)}

    def call(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=work_folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    overview = call(site / "bin" / "webshop", "--help")
    for command in ("demo", "serve", "worker", "db", "import", "queue", "verify"):
        assert command in overview
    call(site / "bin" / "webshop", "db", "upgrade")
    answer = call(sys.executable, "-c", ASK)
    assert answer.splitlines()[-1] == f"{site / 'webshop'} _templates 200 200 200"
