"""Amounts of money: integer minor units and an ISO 4217 code, shown as the API shows them."""

from babel import numbers

LOCALE = "en_US"


def is_currency(code: str) -> bool:
    return numbers.is_currency(code)


def symbol(currency: str) -> str:
    """What stands before the amount: "$" for USD, "€" for EUR, else often the code itself."""
    return numbers.get_currency_symbol(currency, LOCALE)


def digits(currency: str) -> int:
    """How many digits of the amount are minor units: 2 for USD, 0 for JPY."""
    return numbers.get_currency_precision(currency)


def formatted(minor: int, currency: str, period: str) -> str:
    """An opportunity's value to read: "$1,000", "$1,000.50", "$50 monthly", "-$5"."""
    scale = 10 ** digits(currency)
    whole, rest = divmod(abs(minor), scale)
    cents = f".{rest:0{digits(currency)}}" if rest else ""
    sign = "-" if minor < 0 else ""
    suffix = "" if period == "one_time" else f" {period}"
    return f"{sign}{symbol(currency)}{whole:,}{cents}{suffix}"
