"""What mails about an order say: a number, what to do, a link, and the words somebody wrote. Nothing else (P-9)."""

import html

import pytest

from tests.unit.orders.samples import sample_order
from webshop.orders import mails
from webshop.orders.mails import MailContent
from webshop.outbox.rendering import Texts, texts

URL = "http://127.0.0.1:8000/bestellungen/BE-2026-00017"
ORDER = sample_order(3)
ALL = [
    mails.submitted(ORDER),
    mails.approval_requested(ORDER, "Katrin Petersen"),
    mails.approved(ORDER),
    mails.refused(ORDER, "Kein Bedarf.\nBitte neu planen."),
    mails.question(ORDER, "Katrin Petersen", "Wofür?"),
    mails.answered(ORDER, "Jörg Müller", "Für die Schule."),
    mails.withdrawn(ORDER),
    mails.cancelled(ORDER, "Nicht lieferbar."),
]


def written(content: MailContent, **more: str) -> Texts:
    return texts(content.kind, "de", {**content.data, "url": URL, **more})


@pytest.mark.parametrize("content", ALL, ids=lambda content: content.kind)
def test_every_mail_begins_with_the_number_and_links_to_the_page(content: MailContent) -> None:
    mail = written(content)

    assert mail.subject.startswith("BE-2026-00017: ")
    assert "\n" not in mail.subject
    assert URL in mail.text
    assert f'href="{URL}"' in mail.html
    assert mail.text.splitlines()[0] in html.unescape(mail.html)


@pytest.mark.parametrize("content", ALL, ids=lambda content: content.kind)
def test_no_mail_tells_what_was_ordered_or_what_it_costs(content: MailContent) -> None:
    mail = written(content)

    for text in (mail.subject, mail.text, mail.html):
        assert "€" not in text
        for secret in (ORDER.subject, ORDER.reference, ORDER.contact_name, ORDER.note, ORDER.lines[0].title):
            assert secret not in text


def test_the_first_sentence_says_what_to_do() -> None:
    first = {content.kind: written(content).text.splitlines()[0] for content in ALL}

    assert first == {
        "order_submitted": "Sie müssen jetzt nichts tun: "
        "Ihre Bestellung BE-2026-00017 ist eingegangen und liegt zur Freigabe vor.",
        "approval_requested": "Guten Tag Katrin Petersen, entscheiden Sie über die Bestellung BE-2026-00017.",
        "order_approved": "Prüfen Sie die Auftragsbestätigung AB-2026-00009 im Anhang und heben Sie sie auf: "
        "Ihre Bestellung BE-2026-00017 ist freigegeben und beauftragt.",
        "order_refused": "Lesen Sie die Begründung und entscheiden Sie, ob Sie neu bestellen: "
        "Ihre Bestellung BE-2026-00017 wurde abgelehnt.",
        "question_asked": "Beantworten Sie die Rückfrage zu Ihrer Bestellung BE-2026-00017. "
        "Die Freigabe wartet auf Ihre Antwort.",
        "question_answered": "Lesen Sie die Antwort und entscheiden Sie über die Bestellung BE-2026-00017.",
        "order_withdrawn": "Sie müssen nichts mehr tun: Die Bestellung BE-2026-00017 wurde zurückgezogen.",
        "order_cancelled": "Lesen Sie die Begründung und entscheiden Sie, ob Sie neu bestellen: "
        "Ihr Auftrag BE-2026-00017 wurde storniert und wird nicht mehr ausgeführt.",
    }


def test_a_refusal_reads_as_a_whole() -> None:
    assert written(ALL[3]).text == (
        "Lesen Sie die Begründung und entscheiden Sie, ob Sie neu bestellen: Ihre Bestellung BE-2026-00017 wurde abgelehnt.\n"
        "\n"
        "Begründung:\n"
        "Kein Bedarf.\n"
        "Bitte neu planen.\n"
        "\n"
        "Auf der Seite der Bestellung können Sie die Positionen mit „Erneut bestellen“ "
        "in einen neuen Warenkorb legen und ändern:\n"
        "\n"
        f"{URL}\n"
    )


def test_what_people_write_is_text_in_both_parts() -> None:
    """S-20, S-24: markup and template marks stay what they are."""
    evil = '<script>alert(1)</script> {{ 7 * 7 }} {% raw %} "><a href="http://127.0.0.1/x">'
    for content in (mails.refused(ORDER, evil), mails.question(ORDER, "A", evil), mails.answered(ORDER, evil, evil)):
        mail = written(content)
        assert evil in mail.text
        assert "<script>" not in mail.html
        assert "{{ 7 * 7 }}" in mail.html
        assert mail.html.count("<a ") == 1
