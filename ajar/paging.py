"""What the query string of a list says: `_limit` and `_skip`, which part of it is meant."""

from typing import Any

from ajar.errors import ApiError

PARAMETERS = ("_limit", "_skip", "_fields", "_order_by")


def window(params: dict[str, str], usual=100, most=200, deepest=10_000) -> dict[str, int]:
    limit, skip = integer(params, "_limit", usual), integer(params, "_skip", 0)
    if limit > most:
        raise ApiError(
            f"The limit you set is larger than the maximum limit for this resource "
            f"(max_limit = {most})."
        )
    if skip > deepest:
        raise ApiError(
            f"The skip you set is larger than the maximum skip for this resource "
            f"(max_skip = {deepest}). Please refine your search query."
        )
    return {"limit": limit, "skip": skip}


def integer(params: dict[str, str], name: str, default: int) -> int:
    text = params.get(name) or str(default)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise ApiError(f'{name} must be an integer (got "{text}" instead).')
    if text[0] == "-":
        raise ApiError(f'{name} must be a non-negative integer (got "{text}" instead).')
    return int(text)


def text_of(value: Any) -> str:
    """A value of JSON as a query string has it."""
    if isinstance(value, list):
        return ",".join(text_of(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
