"""An article's address leads to the article and to no other, whatever its number and name look like."""

from dataclasses import dataclass

from webshop.catalog.addresses import LONGEST_NUMBER, addressed, article_address, possible_numbers


@dataclass
class Named:
    number: str
    name: str


def test_the_address_is_number_and_name():
    assert article_address("NB-100166", "Lenovo V510 (15 Zoll) – Größe L") == "NB-100166-lenovo-v510-15-zoll-groesse-l"
    assert article_address("NB-1", "–") == "NB-1"


def test_a_long_name_is_cut_between_words():
    address = article_address("A-1", "Arbeitsplatz " * 20)

    assert len(address) <= len("A-1-") + 80
    assert address.endswith("-arbeitsplatz")


def test_every_beginning_may_be_the_number():
    assert possible_numbers("nb-1-2-port") == ["nb-1-2-port", "nb-1-2", "nb-1", "nb", "NB-1-2-PORT", "NB-1-2", "NB-1", "NB"]


def test_no_number_is_longer_than_its_column():
    found = possible_numbers("x" * LONGEST_NUMBER + "-" + "y" * 500)

    assert found == ["x" * LONGEST_NUMBER, "X" * LONGEST_NUMBER]
    assert possible_numbers("x" * 60) == []
    assert possible_numbers("") == []


def test_the_number_that_makes_the_whole_address_counts():
    hub, other = Named("NB-1", "2 Port Hub"), Named("NB-1-2", "Docking")

    assert addressed(article_address(hub.number, hub.name), [other, hub]) is hub
    assert addressed("NB-1-2-docking", [other, hub]) is other
    assert addressed("NB-1-2-alter-name", [other, hub]) is other
    assert addressed("NB-1", []) is None
