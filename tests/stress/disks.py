"""Small disks for tests: one that gets full, and one whose content can be taken at any instant, as a power cut would.

Both need root and the right to mount; where that is missing the test is skipped and says so. What a killed run left mounted
is taken away by the next one.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import Process

PREFIX = "webshop-disk-"


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system in memory that holds so much and no more."""
    with _mount_point() as place, _mounted(place, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"):
        yield place


@contextmanager
def disk_of(image: Path) -> Iterator[Path]:
    """The file system in an image file. What was not written to the disk is not in the file."""
    with _mount_point() as place, _mounted(place, "-o", "loop,commit=300", str(image)):
        yield place


def new_image(folder: Path, megabytes: int) -> Path:
    """An image with an empty file system."""
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    _run("mkfs.ext4", "-q", str(image))
    return image


@contextmanager
def stopped_clock(processes: Sequence[Process]) -> Iterator[None]:
    """All stand still, in the middle of whatever they do: one instant, as long as it takes to copy."""
    for process in processes:
        process.freeze()
    for process in processes:
        _wait_until_frozen(process.popen.pid)
    try:
        yield
    finally:
        for process in processes:
            process.thaw()


def _wait_until_frozen(group: int) -> None:
    end = time.monotonic() + 10
    while any(state not in "TtZX" for state in _states(group)):
        assert time.monotonic() < end, f"{group} does not stand still"
        time.sleep(0.005)


def _states(group: int) -> Iterator[str]:
    """The state of every thread of a process group."""
    for stat in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield fields[0]


@contextmanager
def _mount_point() -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting a disk needs root")
    _tidy()
    place = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        yield place
    finally:
        place.rmdir()


@contextmanager
def _mounted(place: Path, *arguments: str) -> Iterator[None]:
    _run("mount", *arguments, str(place))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True, capture_output=True)


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is missing")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{command[0]} is not allowed here: {done.stderr.strip()}")


def _tidy() -> None:
    for left_over in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = left_over.name.removeprefix(PREFIX).partition("-")[0]
        if not Path(f"/proc/{owner}").exists():
            subprocess.run(["umount", "--lazy", str(left_over)], capture_output=True)
            left_over.rmdir()
