"""What a bulk action does to a piece of its objects."""

from collections.abc import Awaitable, Callable
from typing import Any

from ajar.halving import REFUSALS, in_halves, in_words

# What they are about, by their ids -> why nothing was done about some, by theirs.
Piece = Callable[[list[str]], Awaitable[dict[str, str]]]
Work = Callable[[Any, dict, list[str]], Awaitable[dict[str, str]]]
One = Callable[[str], Awaitable[None]]


async def done(ctx, piece: Piece, ids: list[str]) -> dict[str, str]:
    """Do it, and say why not to some."""
    found = await in_halves(ctx, piece, ids, lambda id, reason: {id: reason})
    return {id: reason for part in found for id, reason in part.items()}


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
