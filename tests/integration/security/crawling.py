"""Following every link and collecting every form, as a person would by patience alone."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.browsing import Answer, Client
from tests.pages import Form

SHAPES = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<=/)[A-Z]{2}-[\w-]+|\d+")
PER_SHAPE = 8
"""So many addresses that differ in ids and numbers alone; the others show the same page of another record."""
MOST = 600


@dataclass
class Walk:
    """What was found: answers by address, forms by where they stand and what their button says."""

    answers: dict[str, Answer] = field(default_factory=dict)
    forms: dict[tuple[str, str, str], tuple[Answer, Form]] = field(default_factory=dict)
    """By shape of the address they go to, names of their fields, and button."""

    @property
    def pages(self) -> dict[str, Answer]:
        return {url: answer for url, answer in self.answers.items() if answer.is_html}


def walk(client: Client, start: Iterable[str] = ("/",), *, most: int = MOST, with_queries: bool = True) -> Walk:
    """Follow every link of the shop from here on; redirects count as links."""
    found, waiting, shapes = Walk(), deque(start), dict[str, int]()
    while waiting and len(found.answers) < most:
        url = _own(waiting.popleft(), with_queries)
        if url is None or url in found.answers:
            continue
        shape = SHAPES.sub("*", url)
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] > PER_SHAPE:
            continue
        answer = client.get(url)
        found.answers[url] = answer
        if 300 <= answer.status_code < 400:
            waiting.append(urljoin(url, answer.headers["Location"]))
        elif answer.is_html:
            waiting.extend(urljoin(url, link.attrib["href"]) for link in answer.page.select("a[href]"))
            waiting.extend(urljoin(url, form.attrib.get("action", url)) for form in answer.page.select("form[method=get]"))
            for button, form in answer.page.forms():
                fields = " ".join(sorted(SHAPES.sub("*", name) for name in form.values))
                found.forms.setdefault((SHAPES.sub("*", form.action or url), fields, SHAPES.sub("*", button)), (answer, form))
    return found


def _own(url: str, with_queries: bool) -> str | None:
    """The address as path and sorted query; None where it leads out or to files."""
    parts = urlsplit(url)
    if parts.netloc or parts.scheme not in ("", "http") or parts.path.startswith("/static/"):
        return None
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return parts.path + (f"?{query}" if query and with_queries else "")


def target_of(answer: Answer, form: Form) -> str:
    """The path and query that a form is sent to."""
    parts = urlsplit(urljoin(answer.response.request.url, form.action))
    return parts.path + (f"?{parts.query}" if parts.query else "")
