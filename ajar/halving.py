"""Doing something to many at once, so that what is refused to one is done to the others."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from ajar.errors import ApiError, NotFound

Item = TypeVar("Item")
Result = TypeVar("Result")
REFUSALS = (ApiError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


async def in_halves(
    ctx,
    do: Callable[[list[Item]], Awaitable[Result]],
    items: list[Item],
    refused: Callable[[Item, str], Result],
) -> list[Result]:
    """Most often all goes well together. If not, it is tried in halves, down to single ones, of
    which is said why not. What came of each part."""
    try:
        async with ctx.db.transaction():
            return [await do(items)]
    except REFUSALS as error:
        if len(items) == 1:
            return [refused(items[0], in_words(error))]
    half = len(items) // 2
    first = await in_halves(ctx, do, items[:half], refused)
    return first + await in_halves(ctx, do, items[half:], refused)


def in_words(error: Exception) -> str:
    """Why something was refused, as one text."""
    if isinstance(error, NotFound):
        return "There is no such object any more."
    if isinstance(error, ApiError):
        return error.reason
    if isinstance(error, asyncpg.DataError):
        return "A value is too large, or of a kind that cannot be kept."
    return "Something that this refers to, or is used by, has changed."
