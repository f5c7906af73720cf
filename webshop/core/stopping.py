"""Being asked to stop.

A `threading.Event` must not be set in a signal handler: where a second signal arrives while the interrupted thread
holds the event's lock, it waits for itself for ever. A byte in a pipe has no lock.
"""

import os
import select
import signal
from contextlib import suppress


class Stop:
    """An event that signal handlers may set, any number of times."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)

    def set(self) -> None:
        """From here on, stop."""
        with suppress(BlockingIOError):
            os.write(self._write, b".")

    def is_set(self) -> bool:
        """True once asked to stop."""
        return self.wait(0)

    def wait(self, seconds: float) -> bool:
        """Wait for so long, or until asked to stop; True if so."""
        return bool(select.select([self._read], [], [], seconds)[0])

    def on(self, *signals: signal.Signals) -> None:
        """These signals ask to stop."""
        for number in signals:
            signal.signal(number, lambda _number, _frame: self.set())
