"""Folding: what people type and what articles are called meet half-way."""

import pytest

from webshop.catalog.search import compact, fold, fold_plain, search_text_for


@pytest.mark.parametrize(
    ("text", "folded", "plain"),
    [
        ("Bürodrehstuhl", "buerodrehstuhl", "burodrehstuhl"),
        ("Größe STRASSE Straße", "groesse strasse strasse", "grosse strasse strasse"),
        ("Café Œuvre", "cafe oeuvre", "cafe œuvre"),
        ("i5-2410M, 15.6/16:9", "i5 2410m 15 6 16 9", "i5 2410m 15 6 16 9"),
        ('27" 27″ 27Zoll 27 Zoll', "27 zoll 27 zoll 27 zoll 27 zoll", "27 zoll 27 zoll 27 zoll 27 zoll"),
        ("16GB 1TB 165Hz 24E3", "16 gb 1 tb 165 hz 24e3", "16 gb 1 tb 165 hz 24e3"),
        ("a%b_c'd\"e\\f\x00g", "a b c d e f g", "a b c d e f g"),
        ("\ud800 ½ ² ﬁx", "1 2 2 fix", "1 2 2 fix"),
        ("", "", ""),
    ],
)
def test_texts_are_folded_to_words(text, folded, plain):
    assert fold(text) == folded
    assert fold_plain(text) == plain


def test_a_folded_text_stays_as_it_is():
    folded = fold('Multifunktionsgerät „Öko“ 15,6" – 16GB')

    assert fold(folded) == folded


@pytest.mark.parametrize("typed", ["NB-100166", "nb 100166", "nb.100166", "NB100166", " NB/100166 "])
def test_a_number_is_the_same_with_and_without_separators(typed):
    assert compact(typed) == "nb100166"


def test_units_stay_with_their_figure_in_a_number():
    assert compact("24GB-X") == "24gbx"


def test_the_search_text_has_name_rest_and_numbers():
    text = search_text_for(
        "NB-100166",
        "Büro-Notebook 14",
        "Lenovo",
        "VG 27/AQ",
        "04012345678901",
        "16 GB RAM, leise",
        ["Notebooks", "Büro"],
        ["16 GB", "14 Zoll"],
    )

    name, rest, codes, end = text.split("\n")
    assert name == " buero notebook 14 buro "
    assert rest == " lenovo nb 100166 vg 27 aq 04012345678901 16 gb ram leise notebooks zoll "
    assert codes == " nb100166 vg27aq 04012345678901 4012345678901 "
    assert end == ""


def test_what_is_missing_leaves_no_gap():
    assert search_text_for("A-1", "Maus") == " maus \n a 1 \n a1 \n"
