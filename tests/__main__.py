"""The whole test run: first what runs side by side, then what needs the machine for itself.

`./shop test` calls this; arguments go to pytest as they are, in a single run.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

SIDE_BY_SIDE = ["-n", "2", "--dist", "worksteal"]
RUNS = {
    "Code, Regeln und beide Datenbanken": [*SIDE_BY_SIDE, "-m", "not stress", "tests/unit", "tests/integration"],
    "Last und Störungen": ["-m", "stress", "tests/stress", "tests/integration"],
    "Browser": ["tests/browser"],
}


def main(arguments: list[str]) -> int:
    if arguments:
        return pytest(arguments)
    begun, failed, counts = time.monotonic(), [], Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, options) in enumerate(RUNS.items()):
            report = Path(folder) / f"{number}.xml"
            print(f"\n== {title} ==", flush=True)
            status = pytest(["-q", f"--junit-xml={report}", *options])
            counts += results(report)
            if status != 0:
                failed.append(title)
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    verdict = f"Nicht in Ordnung: {', '.join(failed)}." if failed else "Alles in Ordnung."
    print(f"\nDauer: {minutes} min {seconds} s. {verdict}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if failed or not counts["passed"] else 0


def pytest(options: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *options]).returncode


def results(report: Path) -> Counter[str]:
    """What a run counted; nothing where it did not come to an end."""
    if not report.exists():
        return Counter(failed=1)
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    bad, skipped = int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
    return Counter(passed=int(suite.get("tests", 0)) - bad - skipped, failed=bad, skipped=skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
