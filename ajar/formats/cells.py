"""What people write in the cells of a table: dates in their order, numbers with their signs, and
texts that a spreadsheet would take for a formula."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from ajar.formats import money

# A spreadsheet runs what begins so; who writes a table puts an apostrophe before it.
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
NEUTRALISED = re.compile(r"'+[=+\-@\t\r\n]")
HARMLESS = re.compile(r"[+-]?[\d\s().,-]*")  # a number, also of a phone
ORDERS = ("ymd", "mdy", "dmy")
DATE = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?:[T ]+(.+))?", re.ASCII)
TIMES = ("%H:%M:%S.%f%z", "%H:%M:%S%z", "%H:%M%z", "%H:%M:%S.%f", "%H:%M:%S", "%H:%M")
HALF_DAYS = ("%I:%M:%S %p", "%I:%M %p")
NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*", re.ASCII)
CODE = re.compile(r"[A-Z]{3}")
YES, NO = ("true", "yes", "y", "1", "x"), ("false", "no", "n", "0", "")


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) and not HARMLESS.fullmatch(text) else text


def plain(cell: str) -> str:
    """The text of a cell, as it was before it was neutralised."""
    return cell[1:] if cell[:1] == "'" and NEUTRALISED.match(cell) else cell


def day(text: str, order: str) -> date:
    return parted(text, order)[0]


def moment(text: str, order: str) -> str:
    """A day with its time, as ISO 8601."""
    on, time = parted(text, order)
    if not time:
        return f"{on.isoformat()}T00:00:00+00:00"
    for form in (*TIMES, *HALF_DAYS):
        try:
            at = datetime.strptime(time, form)
        except ValueError:
            continue
        zone = at.tzinfo or UTC
        return datetime.combine(on, at.time(), zone).isoformat()
    raise ValueError(f'"{text[:50]}" is not a date and a time.')


def parted(text: str, order: str) -> tuple[date, str]:
    """The day, and what is said of the time. A year of four digits that stands first is one
    whatever the order."""
    found = DATE.fullmatch(text)
    if not found:
        raise ValueError(f'"{text[:50]}" is not a date.')
    *numbers, time = found.groups()
    order = "ymd" if len(numbers[0]) == 4 else order
    parts = dict(zip(order, map(int, numbers), strict=True))
    year = parts["y"] + (2000 if parts["y"] < 70 else 1900 if parts["y"] < 100 else 0)
    try:
        return date(year, parts["m"], parts["d"]), (time or "").strip()
    except ValueError:
        raise ValueError(f'"{text[:50]}" is not a date.') from None


def order_of(texts: list[str]) -> str:
    """The order of day, month and year in which all these dates can be read."""
    found = [match for match in map(DATE.fullmatch, texts) if match]
    for order in ("ymd", "dmy", "mdy") if any("." in text for text in texts) else ORDERS:
        try:
            if found and all(parted(match[0], order) for match in found):
                return order
        except ValueError:
            continue
    return "ymd"


def decimal_of(texts: list[str]) -> str:
    """What stands before the fraction: a comma if any of the numbers can mean nothing else."""
    comma = re.compile(r"\D{0,4}-?\d{1,3}(?:\.\d{3})*,\d{1,2}\D{0,4}")
    return "," if any(comma.fullmatch(text) for text in texts) else "."


def number(text: str, decimal: str) -> Decimal:
    digits = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace("'", "")
    if not NUMBER.fullmatch(digits):
        raise ValueError(f'"{text[:50]}" is not a number.')
    digits = digits.replace("." if decimal == "," else ",", "").replace(",", ".")
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError(f'"{text[:50]}" is not a number.') from None


def minor_units(text: str, decimal: str, currency: str) -> int:
    """An amount of money, in whole minor units. The sign of another currency is refused."""
    symbol = money.symbol(currency)
    rest = text.replace(currency, "").replace(symbol, "")
    if other := CODE.search(rest) or re.search(r"[$€£¥₹]", rest):
        raise ValueError(f'"{text[:50]}" is in {other[0]}, not in {currency}.')
    amount = number(rest.strip(), decimal) * 10 ** money.digits(currency)
    return int(amount.to_integral_value())


def yes(text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise ValueError(f'"{text[:50]}" is neither yes nor no.')
