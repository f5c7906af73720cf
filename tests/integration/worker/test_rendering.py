"""R-31: a document is made in a process of its own, and a runaway one ends nothing but that process."""

import os

import pytest

from tests import ill_printer
from webshop.documents.rendering import Interrupted, Renderer, RenderingFailed, Runaway

KIND = "order_confirmation"


@pytest.fixture
def renderer():
    renderer = Renderer(ill_printer.COMMAND, timeout_s=2)
    yield renderer
    renderer.close()


def test_r31_a_good_document_is_printed_in_a_warm_process(renderer):
    assert renderer.render(KIND, {"text": "ä"}) == "%PDF ä".encode()
    first = renderer._process.pid
    assert renderer.render(KIND, {"ill": "talks"}) == b"%PDF "
    assert renderer._process.pid == first


@pytest.mark.parametrize(("ill", "words"), [("sleeps", "nach 2 s"), ("spins", "nach 2 s"), ("eats", "Speicher"), ("dies", "7")])
def test_r31_a_runaway_is_ended_and_the_next_document_is_printed(renderer, ill, words):
    with pytest.raises(Runaway, match=words):
        renderer.render(KIND, {"ill": ill})

    assert renderer.render(KIND, {"text": "next"}) == b"%PDF next"


def test_a_document_that_raises_says_what_and_where(renderer):
    with pytest.raises(RenderingFailed, match=r"ValueError: this document cannot be made \(ill_printer.py:\d+\)"):
        renderer.render(KIND, {"ill": "raises"})


def test_a_large_document_passes_whole(renderer):
    assert len(renderer.render(KIND, {"text": "x" * 3_000_000})) == 3_000_005


def test_r27_a_worker_that_is_to_stop_does_not_wait_for_a_slow_document(renderer):
    renderer.timeout_s = 60
    renderer.hurry(0.5)

    with pytest.raises(Interrupted):
        renderer.render(KIND, {"ill": "sleeps"})


def test_s35_the_printing_process_knows_no_secret(renderer, monkeypatch):
    monkeypatch.setenv("WEBSHOP_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("PGPASSWORD", "secret")

    told = renderer.render(KIND, {"ill": "tells"}).decode()

    assert "WEBSHOP" not in told
    assert "PGPASSWORD" not in told


def test_the_printing_process_ends_with_the_pipe(renderer):
    renderer.render(KIND, {})
    process = renderer._process
    os.close(os.dup(process.stdin.fileno()))

    process.stdin.close()

    assert process.wait(5) == 0
