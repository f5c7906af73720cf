"""From a mail's kind and plain data to its three texts: `templates/mail/<kind>.subject.txt`, `.txt` and `.html`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webshop.core.rendering import render

KIND = re.compile(r"[a-z][a-z_]{2,58}")
MAX_SUBJECT = 250


@dataclass(frozen=True)
class Texts:
    """What a mail says, ready to be frozen into its row."""

    subject: str
    text: str
    html: str


def texts(kind: str, language: str, data: Mapping[str, Any]) -> Texts:
    """Render the mail; a name that the templates ask for and the data lacks is a bug and raises."""
    if not KIND.fullmatch(kind):
        raise ValueError(f"no kind of mail: {kind!r}")
    subject = render(f"mail/{kind}.subject.txt", language, data).strip()
    return Texts(
        subject=subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 1] + "…",
        text=render(f"mail/{kind}.txt", language, data).strip() + "\n",
        html=render(f"mail/{kind}.html", language, data).strip() + "\n",
    )
