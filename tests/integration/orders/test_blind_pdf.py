"""S-25: PDF making is blind. Texts of customers fetch nothing and embed nothing, whatever they say."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.unit.orders.samples import APPROVED, sample_order
from webshop.config import Provider
from webshop.documents import engine
from webshop.documents.errors import RefusedResource
from webshop.orders.pdf import confirmation_snapshot, render_confirmation


def snapshot(**kwargs: Any) -> dict[str, Any]:
    taken = confirmation_snapshot(sample_order(**kwargs), provider=Provider(), now=APPROVED, payment_terms_days=30)
    stored: dict[str, Any] = json.loads(json.dumps(taken))
    return stored


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages).replace("\u00a0", " ")


class Listener:
    """Counts who calls."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        self.calls = 0
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


PAYLOADS = [
    '<img src="{url}">',
    '<link rel=stylesheet href="{url}">',
    '<link rel=attachment href="{url}">',
    '<object data="{url}"></object>',
    '<embed src="{url}">',
    '<iframe src="{url}"></iframe>',
    '<style>@import "{url}"; body {{ background: url({url}) }}</style>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/><use href="{url}#a"/></svg>',
    '<p style="background:url({url})">',
    "</title></head><body onload=\"fetch('{url}')\"><base href='{url}'>",
    "\"><a rel='attachment' href='{url}'>",
    "{{{{ config }}}}{{% include '{url}' %}}",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_of_customers_fetch_nothing(payload: str, listener: Listener, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("streng geheim")
    words = payload.format(url=f"http://{listener.address}/x") + payload.format(url=secret.as_uri())

    pdf = render_confirmation(snapshot(lines=3, places=2, text=words))

    assert listener.calls == 0
    assert "streng geheim" not in text(pdf)
    assert _embedded(pdf) == []
    assert payload.format(url="")[:8].strip() in text(pdf)  # it stands there as text


def _embedded(pdf: bytes) -> list[str]:
    return list(read(pdf).attachments)


@pytest.mark.parametrize("payload", PAYLOADS[:9])
def test_even_real_markup_gets_nothing_from_outside(payload: str, listener: Listener, tmp_path: Path) -> None:
    """If a template ever printed markup, the fetcher would still refuse, and the document would fail to be made."""
    secret = tmp_path / "secret.txt"
    secret.write_text("streng geheim")
    for url in (
        f"http://{listener.address}/x",
        secret.as_uri(),
        str(secret),
        "packaged:../../pyproject.toml",
        "data:text/css,a{}",
    ):
        try:
            pdf = engine.write(f"<!doctype html><title>x</title><body>{payload.format(url=url)}", "letter.css")
        except RefusedResource:
            continue
        assert "streng geheim" not in text(pdf)
        assert _embedded(pdf) == []
    assert listener.calls == 0
