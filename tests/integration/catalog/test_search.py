"""Searching: the same hits in the same order on both databases, because both are held against the same list."""

import random
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from tests.factories import CREATED, actor_of, make_category, make_contract, make_person, make_product
from webshop.catalog.listing import listing
from webshop.catalog.matching import read_query
from webshop.catalog.models import Product, ProductStatus
from webshop.catalog.selection import Selection, Sort
from webshop.catalog.source import Scope
from webshop.core.clock import berlin_date

CATALOGUE = (
    # number, name, maker, maker's number, GTIN, short description, category
    ("NB-100166", "Lenovo V510-15IKB", "Lenovo", "80WQ", "4012345678901", "15,6 Zoll, 8 GB RAM, 256 GB SSD", "Notebooks"),
    ("NB-1001", "ThinkPad T14 Gen 3", "Lenovo", "21AH00BSGE", "", "14 Zoll, 16 GB RAM, 512GB SSD", "Notebooks"),
    ("NB-2001", "ProBook 450 G9", "HP", "6A150EA", "", "15.6 Zoll, 16GB RAM", "Notebooks"),
    ("MO-27", "UltraSharp U2723QE", "Dell", "DELL-U2723QE", "", '27" Monitor, 3840×2160, USB-C', "Monitore"),
    ("MO-24", "ThinkVision S24e", "Lenovo", "63CEKAT2EU", "", "23,8-Zoll-Monitor", "Monitore"),
    ("MO-271", "Büromonitor 27 Zoll höhenverstellbar", "Alveria", "BM 27/H", "", "2560 × 1440", "Monitore"),
    ("ZB-1", "Notebooktasche Größe M", "Hama", "00216431", "", "für 15,6 Zoll, wasserdicht", "Taschen"),
    ("ZB-2", "Umhängetasche", "Hama", "101", "", "für Notebook und Zubehör", "Taschen"),
    ("ZB-3", "Maus MX Müller", "Müller & Söhne", "MX_100%", "", "kabellos, PHP-Entwickler lieben sie", "Mäuse"),
    ("ZB-4", "maus mx muller", "Muller", "MX1100", "", "Kabel", "Mäuse"),
    ("DR-1", "Laserdrucker Straße 3000", "Kyocera", "1102Y8", "", "Schwarzweiß, Duplex", "Drucker"),
    ("DR-2", "Multifunktionsgerät Öko", "Kyocera", "M5526", "", "Drucken, Scannen, Faxen", "Drucker"),
    ("KA-1", "Patchkabel Cat.6A 0,5 m", "Roline", "21.15.2750", "", "grau, 0,5 m", "Kabel"),
    ("KA-2", "PATCHKABEL Cat.6A 10 m", "Roline", "21.15.2760", "", "blau", "Kabel"),
)
EXPECTED = {
    # the number itself comes first, with or without separators, the maker's too
    "NB-1001": ["NB-1001", "NB-100166"],
    "nb1001": ["NB-1001", "NB-100166"],
    "NB 100166": ["NB-100166"],
    "4012345678901": ["NB-100166"],
    "04012345678901": [],
    "u2723qe": ["MO-27"],
    "bm27h": ["MO-271"],
    "21.15.2750": ["KA-1"],
    "101": ["ZB-2"],
    # names before the rest, word beginnings before the middle of words
    "notebook": ["ZB-1", "NB-100166", "NB-2001", "NB-1001", "ZB-2"],
    "tasche": ["ZB-1", "ZB-2"],
    "think": ["NB-1001", "MO-24"],
    "lenovo": ["NB-100166", "NB-1001", "MO-24"],
    # umlauts, ß, capital letters, the plain spelling
    "büro": ["MO-271"],
    "buero": ["MO-271"],
    "buro": ["MO-271"],
    "strasse": ["DR-1"],
    "STRAẞE": ["DR-1"],
    "größe": ["ZB-1"],
    "grosse": ["ZB-1"],
    "müller": ["ZB-3"],
    "muller": ["ZB-3", "ZB-4"],
    "oeko": ["DR-2"],
    # units, inches, decimals, words glued to figures
    "27 zoll": ["MO-271", "MO-27"],
    '27"': ["MO-271", "MO-27"],
    "27zoll monitor": ["MO-271", "MO-27"],
    "15,6 zoll": ["NB-100166", "ZB-1", "NB-2001"],
    "16gb": ["NB-2001", "NB-1001"],
    "16 GB RAM": ["NB-2001", "NB-1001"],
    # short words begin a word
    "hp": ["NB-2001"],
    "mx": ["ZB-3", "ZB-4"],
    "g 9": [],
    "g9": ["NB-2001"],
    "m": ["ZB-3", "ZB-4", "DR-2", "ZB-1", "KA-1", "KA-2", "MO-271", "MO-24", "MO-27"],
    # every word must occur
    "lenovo 16 gb": ["NB-1001"],
    "kyocera duplex": ["DR-1"],
    "lenovo drucker": [],
    # signs of LIKE and of FTS5 are blanks
    "100%": ["NB-100166", "ZB-3", "ZB-4", "NB-1001"],
    "mx_100%": ["ZB-3", "ZB-4"],
    "zzz%": [],
    "____": None,
    "%": None,
    "_": None,
    "*": None,
    "maus*": ["ZB-3", "ZB-4"],
    '"maus" OR "laserdrucker"': [],
    "maus -mx": ["ZB-3", "ZB-4"],
    "name:maus": [],
}


@pytest.fixture
def catalogue(session):
    for number, name, maker, maker_number, gtin, short, category in CATALOGUE:
        make_product(
            session,
            name,
            number=number,
            manufacturer=maker,
            manufacturer_number=maker_number,
            gtin=gtin,
            short_description=short,
            category=make_category(session, category, slug=category.lower().replace("ä", "ae")),
        )
    make_product(session, "Lenovo V110 (alt)", number="NB-0001", manufacturer="Lenovo", status=ProductStatus.WITHDRAWN)


@pytest.fixture
def find(session, catalogue, now):
    viewer = actor_of(session, make_person(session))

    def found(text, **more):
        asked = Selection(query=read_query(text), **more)
        return [card.number for card in listing(session, viewer, asked, Scope(), day=berlin_date(now)).cards]

    return found


@pytest.mark.parametrize("text", [text for text, numbers in EXPECTED.items() if numbers is not None])
def test_the_same_hits_in_the_same_order_everywhere(find, text):
    assert find(text) == EXPECTED[text]


@pytest.mark.parametrize("text", [text for text, numbers in EXPECTED.items() if numbers is None])
def test_signs_alone_look_for_nothing(client, session, catalogue, text):
    client.sign_in(make_person(session))

    answer = client.get(f"/suche?{urlencode({'q': text})}")

    assert answer.page.h1 == f"Suche nach „{text}“"
    assert f"Keine Treffer für „{text}“." in answer.page.text


def test_names_are_sorted_alike_whatever_the_collation(find):
    assert find("m", sort=Sort.NAME) == ["MO-271", "ZB-3", "ZB-4", "DR-2", "ZB-1", "KA-1", "KA-2", "MO-24", "MO-27"]


def test_equal_hits_are_sorted_by_contract_then_availability(session, catalogue, find):
    first = session.scalar(select(Product).where(Product.number == "ZB-4"))
    make_contract(session, {first: "5.00"})

    assert find("maus") == ["ZB-4", "ZB-3"]


def test_the_newest_come_first(session, catalogue, find):
    newest = make_product(session, "Maus neu", number="ZB-9", created_at=CREATED + timedelta(days=1))

    assert find("maus", sort=Sort.NEWEST)[0] == newest.number


def test_a_changed_name_is_found_at_once(session, catalogue, find):
    product = session.scalar(select(Product).where(Product.number == "ZB-1"))
    product.search_text = " rucksack \n hama \n zb1 \n"
    session.flush()

    assert find("rucksack") == ["ZB-1"]
    assert find("notebooktasche") == []


# --- nothing found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("laserdruker", "Laserdrucker"),
        ("multifuntionsgerät", "Multifunktionsgerät"),
        ("lenvoo thinkpd", "Lenovo ThinkPad"),
        ("Lenovo thinkvison", "Lenovo ThinkVision"),
        ("patchkable 10 m", "PATCHKABEL 10 m"),
        ("notebooktashe größe", "Notebooktasche größe"),
    ],
)
def test_a_typing_error_is_asked_back(client, session, catalogue, typed, meant):
    client.sign_in(make_person(session))

    answer = client.get(f"/suche?{urlencode({'q': typed})}")

    assert f"Keine Treffer für „{typed}“." in answer.page.text
    assert f"Meinten Sie {meant} ?" in answer.page.text.replace("?", " ?").replace("  ", " ")
    assert client.click(answer, meant).page.select(".raster li")


@pytest.mark.parametrize("typed", ["xyzzyq", "lenovo drucker", "ab", "äöü", "9" * 190])
def test_what_nothing_is_near_to_gets_advice(client, session, catalogue, typed):
    client.sign_in(make_person(session))

    answer = client.get(f"/suche?{urlencode({'q': typed})}")

    assert "Prüfen Sie die Schreibweise" in answer.page.text
    assert "Meinten Sie" not in answer.page.text


def test_the_number_of_a_withdrawn_article_leads_to_its_page(client, session, catalogue):
    client.sign_in(make_person(session))

    answer = client.get("/suche?q=nb0001")

    assert "Der Artikel NB-0001 wird nicht mehr verkauft." in answer.page.text
    assert client.click(answer, "Artikel ansehen", follow_redirects=True).page.h1 == "Lenovo V110 (alt)"


def test_a_search_for_nothing_shows_the_catalogue(client, session, catalogue):
    client.sign_in(make_person(session))

    answer = client.get("/suche?q=+++")

    assert answer.status_code == 303
    assert answer.location == "/katalog"


# --- S-23: text stays text --------------------------------------------------------------------------------------------

NASTY = list("'\"`´;-%_*\\/()[]{}<>^:+~|&#@!?=,.$€§ \u2028\u00a0ä中🖨")
WORDS = ["maus", "OR", "AND", "NOT", "NEAR", "notebook", "27", "zoll", "union select", "' or 1=1 --", "name", "product_search"]


def test_quotes_and_signs_never_reach_the_database(client, session, catalogue):
    client.sign_in(make_person(session))
    chance = random.Random(23)
    total = session.scalar(select(func.count()).select_from(Product))
    for _ in range(60):
        text = "".join(chance.choice(NASTY + WORDS) for _ in range(chance.randrange(1, 12)))
        query = {
            "q": text,
            "hersteller": text,
            "art": text,
            "sortierung": text,
            "preis_von": text,
            "preis_bis": text,
            "seite": text,
        }
        for name in ("q", chance.choice(list(query))):
            answer = client.get(f"/suche?{urlencode({'q': 'maus', name: query[name]})}", follow_redirects=True)
            assert answer.status_code == 200, (name, text)
    assert session.scalar(select(func.count()).select_from(Product)) == total


def test_signs_around_a_word_change_nothing(find):
    plain = find("maus")
    for sign in "'\"`;-%_*\\()[]{}<>^:+~|&#@!?=,.$ \t\n":
        assert find(f"{sign}maus{sign}") == plain, sign
        assert find(f"maus{sign}mx") == find("maus mx"), sign
