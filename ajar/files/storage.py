"""What the requests about files need, and where a file's bytes are."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from ajar.config import Settings
from ajar.providers import store
from ajar.providers.store import path_of


class Storage:
    """The store, opened when it is needed first, and whom to ask about the rest."""

    pool: Any

    def __init__(self, settings: Settings, clock: Callable[[], datetime], sign_in: Any):
        self.settings, self.clock, self.sign_in = settings, clock, sign_in
        self.most_bytes = settings.max_file_bytes
        self.drawing = asyncio.Semaphore(1)  # pictures at a time, as one may be large unpacked

    @cached_property
    def store(self) -> store.Store:
        return store.opened(self.settings)


def small_path_of(organization_id: str, id: str) -> str:
    """Of the small form of a picture."""
    return f"{path_of(organization_id, id)}.small"
