import pytest

from ajar.formats import money


@pytest.mark.parametrize(
    ("minor", "currency", "period", "shown"),
    [
        (100000, "USD", "one_time", "$1,000"),
        (100050, "USD", "one_time", "$1,000.50"),
        (5000, "USD", "monthly", "$50 monthly"),
        (50000, "USD", "annual", "$500 annual"),
        (20550, "EUR", "monthly", "€205.50 monthly"),
        (100000000, "USD", "one_time", "$1,000,000"),
        (0, "USD", "one_time", "$0"),
        (5, "USD", "one_time", "$0.05"),
        (-500, "USD", "one_time", "-$5"),
        (-5, "USD", "one_time", "-$0.05"),
        (1000, "JPY", "one_time", "¥1,000"),
        (1005, "KWD", "one_time", "KWD1.005"),
        (10**20, "USD", "one_time", "$1,000,000,000,000,000,000"),
    ],
)
def test_an_amount_is_shown_as_the_api_shows_it(minor, currency, period, shown):
    assert money.formatted(minor, currency, period) == shown


@pytest.mark.parametrize(
    ("currency", "symbol"),
    [("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("CHF", "CHF"), ("CAD", "CA$"), ("???", "???")],
)
def test_a_currency_has_the_symbol_americans_know(currency, symbol):
    assert money.symbol(currency) == symbol


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_a_currency_knows_its_minor_unit(currency, digits):
    assert money.digits(currency) == digits


@pytest.mark.parametrize("code", ["USD", "EUR", "CHF", "JPY"])
def test_iso_codes_are_currencies(code):
    assert money.is_currency(code)


@pytest.mark.parametrize("code", ["", "usd", "US", "USDX", "ZZZ", "$", "BTC"])
def test_anything_else_is_no_currency(code):
    assert not money.is_currency(code)
