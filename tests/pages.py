"""Pages as a test sees them: parsed strictly, read by heading, link and label, sent back by button."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2
import html5lib
from html5lib.constants import E as MESSAGES

LABELABLE = {"input", "select", "textarea", "button", "meter", "output", "progress"}
NEEDS_NAME = {"input", "select", "textarea"}
NAMES = ("aria-label", "aria-labelledby", "title")
NAMELESS_INPUTS = {"hidden", "submit", "button", "image", "reset"}
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "aria-errormessage", "form", "list")


def text_of(element: Element) -> str:
    """What a reader sees of an element, on one line."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


@dataclass
class Form:
    """A form filled as the browser would send it when `button` is pressed."""

    action: str
    method: str
    values: dict[str, list[Any]] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    """Fields that would not be sent as they stand: boxes without a tick, empty file fields."""

    def fill(self, **values: Any) -> "Form":
        """Set fields by name; a list where a name may occur several times, None to leave it out."""
        for name, value in values.items():
            assert name in self.values or name in self.empty, f"no field {name!r}, only {sorted({*self.values, *self.empty})}"
            self.values[name] = [] if value is None else list(value) if isinstance(value, list) else [value]
        return self


class Page:
    """An HTML document; `fragment` for what htmx puts into one."""

    def __init__(self, html: str, *, fragment: bool = False) -> None:
        self.html = html
        self.fragment = fragment
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        if fragment:
            self.root = Element("html")
            self.root.append(parser.parseFragment(html, container="div"))
        else:
            self.root = parser.parse(html)
        self._parse_errors = parser.errors
        self._parents = {child: parent for parent in self.root.iter() for child in parent}

    @cached_property
    def _by_id(self) -> dict[str, Element]:
        return {element.attrib["id"]: element for element in self.root.iter() if "id" in element.attrib}

    @cached_property
    def _labelled_ids(self) -> set[str]:
        return {label.attrib["for"] for label in self.root.iter("label") if "for" in label.attrib}

    # --- reading ---

    def select(self, css: str) -> list[Element]:
        wrapped = cssselect2.ElementWrapper.from_html_root(self.root)
        return [found.etree_element for found in wrapped.query_all(css)]

    def one(self, css: str) -> Element:
        found = self.select(css)
        assert len(found) == 1, f"{len(found)} elements match {css!r}, expected one"
        return found[0]

    @cached_property
    def text(self) -> str:
        return text_of(self.one("body"))

    @property
    def h1(self) -> str:
        return text_of(self.one("h1"))

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def links(self) -> dict[str, str]:
        """Where each link leads, by its text; the first one counts."""
        found: dict[str, str] = {}
        for link in self.select("a[href]"):
            found.setdefault(link.get("aria-label") or text_of(link), link.attrib["href"])
        return found

    @property
    def buttons(self) -> list[str]:
        return [self._button_text(button) for button in self._buttons()]

    @property
    def errors(self) -> dict[str, str]:
        """The sentence at each field that is marked invalid, by field name."""
        found = {}
        for control in self.select("[aria-invalid='true']"):
            described = [text_of(e) for i in control.get("aria-describedby", "").split() for e in self.select(f"[id='{i}']")]
            found[control.get("name") or control.get("id") or "?"] = " ".join(described)
        return found

    # --- sending ---

    def form(self, button: str | None = None, *, action: str | None = None) -> Form:
        """The form with this button, or with this address."""
        if button is None:
            form = self.one(f"form[action='{action}']")
            pressed = None
        else:
            pressed = self._pressed(button, action)
            owner = self._form_of(pressed)
            assert owner is not None, f"the button {button!r} belongs to no form"
            form = owner
        return self._filled(form, pressed)

    def forms(self, method: str = "post") -> Iterator[tuple[str, Form]]:
        """Every form as each of its buttons would send it, with the button's text."""
        for button in self._buttons():
            form = self._form_of(button)
            if form is None or "disabled" in button.attrib or button.get("type", "submit") != "submit":
                continue
            filled = self._filled(form, button)
            if filled.method == method:
                yield self._button_text(button), filled

    def _filled(self, form: Element, pressed: Element | None) -> Form:
        filled = Form(form.get("action", ""), form.get("method", "get").lower())
        for name, value in self._successful(form):
            if value is None:
                filled.empty.add(name)
            else:
                filled.values.setdefault(name, []).append(value)
        if pressed is not None:
            filled.action = pressed.get("formaction", filled.action)
            filled.method = pressed.get("formmethod", filled.method).lower()
            if pressed.get("name"):
                filled.values.setdefault(pressed.attrib["name"], []).append(pressed.get("value", ""))
        return filled

    def _pressed(self, text: str, action: str | None) -> Element:
        found = [b for b in self._buttons() if self._button_text(b) == text]
        if action is not None:
            found = [b for b in found if (f := self._form_of(b)) is not None and b.get("formaction", f.get("action")) == action]
        assert len(found) == 1, f"{len(found)} buttons {text!r}; there are {self.buttons}"
        assert "disabled" not in found[0].attrib, f"the button {text!r} is disabled"
        return found[0]

    def _buttons(self) -> list[Element]:
        return self.select("button, input[type='submit']")

    @staticmethod
    def _button_text(button: Element) -> str:
        return button.get("aria-label") or (button.attrib.get("value", "") if button.tag == "input" else text_of(button))

    def _form_of(self, control: Element) -> Element | None:
        if "form" in control.attrib:
            return self._by_id.get(control.attrib["form"])
        return next((above for above in self._above(control) if above.tag == "form"), None)

    def _above(self, element: Element) -> Iterator[Element]:
        while (parent := self._parents.get(element)) is not None:
            yield parent
            element = parent

    def _successful(self, form: Element) -> Iterator[tuple[str, str | None]]:
        """Name and value of each control, None for one that a browser would leave out as it stands."""
        for control in self.select("input, select, textarea"):
            name, kind = control.get("name"), control.get("type", "text")
            if not name or self._form_of(control) is not form or self._disabled(control) or kind in ("submit", "button", "reset"):
                continue
            if control.tag == "textarea":
                yield name, (control.text or "").removeprefix("\n")
            elif control.tag == "select":
                yield from ((name, value) for value in self._chosen(control))
            elif kind in ("checkbox", "radio"):
                yield name, control.get("value", "on") if "checked" in control.attrib else None
            else:
                yield name, None if kind == "file" else control.get("value", "")

    def _disabled(self, control: Element) -> bool:
        return "disabled" in control.attrib or any(e.tag == "fieldset" and "disabled" in e.attrib for e in self._above(control))

    @staticmethod
    def _chosen(control: Element) -> list[str | None]:
        options = list(control.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib]
        if not chosen and "multiple" not in control.attrib:
            chosen = options[:1]
        return [*(option.attrib.get("value", text_of(option)) for option in chosen)] or [None]

    # --- the house rules of HTML ---

    def problems(self) -> list[str]:
        """What is wrong with the page; empty for a good one."""
        found = [
            f"line {position[0] if position else '?'}: {MESSAGES.get(code, code) % (data or {})}"
            for position, code, data in self._parse_errors
        ]
        elements = list(self.root.iter())
        ids = Counter(e.attrib["id"] for e in elements if "id" in e.attrib)
        found += [f"id {name!r} occurs {count} times" for name, count in ids.items() if count > 1]
        found += [f"empty id on <{e.tag}>" for e in elements if e.get("id") == ""]
        if not self.fragment:
            found += self._frame_problems()
            for element in elements:
                for attribute in REFERENCES:
                    missing = [name for name in element.get(attribute, "").split() if name not in ids]
                    found += [f"<{element.tag} {attribute}> names {name!r}, which is not on the page" for name in missing]
        for element in elements:
            found += self._element_problems(element)
        return [*found, *self._form_problems()]

    def _frame_problems(self) -> list[str]:
        found = []
        if not self.root.get("lang"):
            found.append("<html> has no lang")
        for css in ("h1", "title", "main"):
            count = len([e for e in self.select(css) if css == "main" or text_of(e)])
            if count != 1:
                found.append(f"{count} <{css}>, expected one")
        return found

    def _element_problems(self, element: Element) -> Iterator[str]:
        tag = str(element.tag)
        for name in element.attrib:
            if str(name) == "style" or str(name).startswith("on"):
                yield f"<{tag} {name}>: the content security policy blocks it"
        if tag == "script" and "src" not in element.attrib and element.get("type") != "application/json":
            yield "inline <script>: the content security policy blocks it"
        if tag == "style":
            yield "inline <style>: the content security policy blocks it"
        if tag == "img" and "alt" not in element.attrib:
            yield f"<img src={element.get('src')!r}> has no alt"
        if tag in ("a", "button") and not self._has_name(element):
            yield f"<{tag}> without a name: {dict(element.attrib)}"
        if tag == "a" and element.get("href", "").lower().startswith("javascript:"):
            yield f"link to {element.get('href')!r}"
        if tag == "label" and "for" in element.attrib and not self.fragment:
            target = self._by_id.get(element.attrib["for"])
            if target is None or target.tag not in LABELABLE:
                yield f"label {text_of(element)!r} is for {element.attrib['for']!r}, which is no control on the page"
        if tag in NEEDS_NAME and element.get("type") not in NAMELESS_INPUTS and not self._labelled(element):
            yield f"<{tag} name={element.get('name')!r}> has no label"

    def _has_name(self, element: Element) -> bool:
        if element.get("aria-hidden") == "true" or any(element.get(name) for name in NAMES):
            return True
        return bool(text_of(element)) or any(e.get("alt") or e.get("aria-label") for e in element.iter())

    def _labelled(self, control: Element) -> bool:
        if any(control.get(name) for name in NAMES):
            return True
        if any(above.tag == "label" for above in self._above(control)):
            return True
        return control.get("id") in self._labelled_ids

    def _form_problems(self) -> Iterator[str]:
        tokens = [self._form_of(control) for control in self.root.iter("input") if control.get("name") == "csrf_token"]
        for form in self.root.iter("form"):
            if form.get("method", "get").lower() == "post" and not any(owner is form for owner in tokens):
                yield f"form to {form.get('action')!r} has no csrf_token"
