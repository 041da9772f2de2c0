"""A worker in a process of its own, which can be killed: its pieces are small, and what it had
begun is soon given to another one."""

import asyncio
import sys
from pathlib import Path

from ajar import worker
from ajar.bulk import running
from ajar.config import Settings

SOON = {"stalled_worker_timeout": 2.0, "update_heartbeat_interval": 0.5}


async def run(url: str, data: str, piece: int) -> None:
    worker.OPTIONS |= SOON
    worker.ALIVE, worker.SWEEP = SOON["stalled_worker_timeout"], 0.5
    for kind, (prepare, _) in running.WORK.items():
        running.WORK[kind] = prepare, piece
    await worker.Worker(Settings(data=Path(data)), url).run()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
