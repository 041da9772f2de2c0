"""Doing something to a piece of objects, so that what is refused to one is done to the others."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from ajar.errors import ApiError, NotFound

# What they are about, by their ids -> why nothing was done about some, by theirs.
Piece = Callable[[list[str]], Awaitable[dict[str, str]]]
Work = Callable[[Any, dict, list[str]], Awaitable[dict[str, str]]]
One = Callable[[str], Awaitable[None]]
REFUSALS = (ApiError, asyncpg.IntegrityConstraintViolationError)


async def done(ctx, piece: Piece, ids: list[str]) -> dict[str, str]:
    """Most often all goes well together. If not, it is tried in halves, down to single objects."""
    try:
        async with ctx.db.transaction():
            return await piece(ids)
    except REFUSALS as error:
        if len(ids) == 1:
            return {ids[0]: in_words(error)}
    half = len(ids) // 2
    return await done(ctx, piece, ids[:half]) | await done(ctx, piece, ids[half:])


def one_by_one(prepare: Callable[[Any, dict, list[str]], Awaitable[One]]) -> Work:
    """Of what can only be done to one after the other. `prepare` reads all that a piece needs."""

    async def work(ctx, action: dict, ids: list[str]) -> dict[str, str]:
        one, reasons = await prepare(ctx, action, ids), {}
        for id in ids:
            try:
                async with ctx.db.transaction():
                    await one(id)
            except REFUSALS as error:
                reasons[id] = in_words(error)
        return reasons

    return work


def in_words(error: Exception) -> str:
    """Why something was refused, as one text."""
    if isinstance(error, NotFound):
        return "There is no such object any more."
    if isinstance(error, ApiError):
        return error.reason
    return "Something that this refers to, or is used by, has changed."
