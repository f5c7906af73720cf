"""Two imports at once: one waits for the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from tests.databases import Database
from tests.importing import ARTICLE, counts, write
from webshop.catalog.models import Category, Price, Product
from webshop.imports.report import ImportReport
from webshop.imports.runner import run_import


def test_two_that_read_the_same_file_at_once_write_it_once(fresh_database: Database, tmp_path: Path, now: datetime) -> None:
    path = write(tmp_path / "artikel.csv", *({**ARTICLE, "sku": f"A-{number}"} for number in range(120)))

    def read(_: int) -> ImportReport:
        with fresh_database.session() as session:
            report = run_import(session, path, now=now)
            session.commit()
            return report

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(read, range(2)))

    assert sorted(map(counts, reports)) == [(0, 0, 120, 0), (120, 0, 0, 0)]
    assert {report.number for report in reports} == {"EI-2026-00001", "EI-2026-00002"}
    with fresh_database.session() as session:
        found = {table: session.scalar(select(func.count()).select_from(table)) for table in (Product, Price, Category)}
    assert found == {Product: 120, Price: 120, Category: 2}
