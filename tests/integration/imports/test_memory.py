"""Memory does not grow with the file."""

import csv
import resource
from pathlib import Path

import pytest

from tests.importing import ARTICLE, Files
from webshop.imports.report import Nobody

MEBIBYTE = 1 << 20
PAGE = resource.getpagesize()


def resident() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


class Scale(Nobody):
    """Weighs the process each time the import says how far it is."""

    def __init__(self) -> None:
        self.weights: list[tuple[int, int]] = []

    def progress(self, rows: int, done: float) -> None:
        self.weights.append((rows, resident()))


@pytest.mark.slow
def test_twenty_thousand_rows_weigh_no_more_than_the_first_four_thousand(files: Files, tmp_path: Path) -> None:
    path, scale = tmp_path / "viele.csv", Scale()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ARTICLE))
        writer.writeheader()
        for number in range(20_000):
            writer.writerow({**ARTICLE, "sku": f"MO-{number:06}", "name": f"Monitor {number}", "mpn": f"M-{number}"})

    report = files.read_file(path, watcher=scale)

    assert report.created == 20_000
    early = max(weight for rows, weight in scale.weights if rows <= 4_000)
    late = max(weight for rows, weight in scale.weights if rows > 4_000)
    assert late - early < 12 * MEBIBYTE
