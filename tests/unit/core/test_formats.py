"""Values as both languages say them."""

from decimal import Decimal

from webshop.core.formats import Worded, eur, whole


def test_a_worded_value_is_german_text_and_can_be_said_in_english() -> None:
    limit = Worded(eur, Decimal("1234.50"))
    assert f"{limit}" == "1.234,50\u00a0€"
    assert limit.said_in("en") == "€1,234.50"
    assert (Worded(whole, 2000), Worded(whole, 2000).said_in("en")) == ("2.000", "2,000")
