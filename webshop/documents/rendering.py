"""Documents become bytes in a process of their own, with limits of time and memory (R-31).

The worker keeps one such process warm and talks to it through its pipes: a frame in (kind and snapshot as JSON), a
frame out (the bytes, or what went wrong). A document that runs away takes that process with it and nothing else. The
process knows no secret: its environment holds no setting of the shop. It ends when the worker's end of the pipe closes.
"""

import json
import os
import resource
import selectors
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

TIMEOUT_S = 300
"""A confirmation of 2,000 lines takes about half a minute on a small machine."""
MEMORY_BYTES = 1536 * 1024 * 1024
MAX_CONTENT = 64 * 1024 * 1024
LOOK_UP_S = 0.2
RENEW_AFTER = 200
"""Documents after which a fresh process takes over."""

OK, FAILED, OUT_OF_MEMORY = 0, 1, 2
_HEAD = struct.Struct(">BI")
_PRIVATE = ("WEBSHOP_", "PG")

Print = Callable[[dict[str, Any]], bytes]


class RenderingFailed(Exception):
    """The document's function raised; its words are the message."""


class Runaway(Exception):
    """The document took too long or too much memory, or brought its process down; it is not tried again by itself."""


class Interrupted(Exception):
    """The worker is to stop and the document was not done in time; nothing is wrong with it."""


class Renderer:
    """The worker's side: a warm process that is replaced when it was ended."""

    def __init__(self, command: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> None:
        self.command = list(command)
        self.timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._last_moment: float | None = None

    def hurry(self, seconds: float) -> None:
        """Whatever is being rendered may take so many seconds more (R-27)."""
        self._last_moment = time.monotonic() + seconds

    def start(self) -> None:
        """Start the process ahead of its first document, so that it has loaded its libraries by then."""
        if self._process is not None and self._process.poll() is None and self._count < RENEW_AFTER:
            return
        self.close()
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
        self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0)
        self._count = 0

    def render(self, kind: str, snapshot: dict[str, Any], *, meanwhile: Callable[[], None] = lambda: None) -> bytes:
        """The document's bytes; RenderingFailed or Runaway. `meanwhile` is called again and again while it takes long."""
        self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        self._count += 1
        deadline = time.monotonic() + self.timeout_s
        request = json.dumps({"kind": kind, "snapshot": snapshot}).encode()
        try:
            process.stdin.write(_HEAD.pack(OK, len(request)))
            _write_all(process.stdin, request)
            status, size = _HEAD.unpack(self._read(process.stdout, _HEAD.size, deadline, meanwhile))
            if size > MAX_CONTENT:
                raise Runaway(f"das Dokument ist größer als {MAX_CONTENT // 1024 // 1024} MB")
            content = self._read(process.stdout, size, deadline, meanwhile)
        except TimeoutError as error:
            self.close()
            raise Runaway(f"nach {self.timeout_s:g} s abgebrochen") from error
        except (BrokenPipeError, EOFError) as error:
            code = process.wait()
            self.close()
            raise Runaway(f"der Vorgang endete mit {code}") from error
        except Exception:  # whatever it was, the process is in the middle of something
            self.close()
            raise
        if status == OUT_OF_MEMORY:
            self.close()
            raise Runaway(f"brauchte mehr als {MEMORY_BYTES // 1024 // 1024} MB Speicher")
        if status == FAILED:
            raise RenderingFailed(content.decode(errors="replace"))
        return content

    def _read(self, pipe: IO[bytes], size: int, deadline: float, meanwhile: Callable[[], None]) -> bytes:
        """So many bytes; TimeoutError after the deadline, EOFError where the other side is gone."""
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while size:
                if not selector.select(LOOK_UP_S):
                    if self._last_moment is not None and time.monotonic() > self._last_moment:
                        raise Interrupted
                    if time.monotonic() > deadline:
                        raise TimeoutError
                    meanwhile()
                    continue
                part = os.read(pipe.fileno(), min(size, 1 << 20))
                if not part:
                    raise EOFError
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """End the process at once."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None


def serve(printers: Mapping[str, Print], *, memory_bytes: int = MEMORY_BYTES) -> None:
    """The other side: render one document after the other until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides when this ends: it closes the pipe
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not end up in the answer
    while head := sys.stdin.buffer.read(_HEAD.size):
        _, size = _HEAD.unpack(head)
        request = json.loads(sys.stdin.buffer.read(size))
        try:
            status, content = OK, printers[request["kind"]](request["snapshot"])
        except MemoryError:
            status, content = OUT_OF_MEMORY, b""
        except Exception as error:
            status, content = FAILED, _words(error).encode()
        answers.write(_HEAD.pack(status, len(content)))
        _write_all(answers, content)


def _words(error: Exception) -> str:
    """The error and where it came from, for the people who look after the shop."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno})"


def _write_all(pipe: Any, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[pipe.write(view) :]
