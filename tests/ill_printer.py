"""A printing process that can be as ill as a document can make it; the snapshot says how."""

import os
import sys
import time
from typing import Any

from webshop.documents import rendering

COMMAND = (sys.executable, "-m", "tests.ill_printer")
MEMORY_BYTES = 400 * 1024 * 1024


def printed(snapshot: dict[str, Any]) -> bytes:
    match snapshot.get("ill"):
        case "raises":
            raise ValueError("this document cannot be made")
        case "sleeps":
            time.sleep(3600)
        case "dawdles":
            time.sleep(2)
        case "spins":
            while True:
                pass
        case "eats":
            return b"".join([bytes(10_000_000)] * 1_000)
        case "dies":
            os._exit(7)
        case "talks":
            print("a library that prints")
        case "tells":
            return repr(sorted(os.environ)).encode()
    return f"%PDF {snapshot.get('text', '')}".encode()


if __name__ == "__main__":
    rendering.serve({"order_confirmation": printed}, memory_bytes=MEMORY_BYTES)
