"""The processes of one `ajar serve`: none outlives the first."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import structlog

PAUSE = 1.0  # before a worker that ended is started again
PATIENCE = 30.0
log = structlog.get_logger()


def end_with_parent() -> None:
    """In a process that uvicorn started: stop in good order when that one is gone."""
    if parent := multiprocessing.parent_process():
        watch(parent.join)


def end_with_input() -> None:
    """The same where the parent holds our standard input."""
    watch(lambda: os.read(0, 1))


def watch(wait: Any) -> None:
    def watched() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watched, name="parent", daemon=True).start()


class Child:
    """A program of ours that is started again whenever it ends, until we stop."""

    def __init__(self, *arguments: str):
        self.command = [sys.executable, "-m", "ajar", *arguments]
        self.stopping = threading.Event()
        self.process = self.start()
        self.watcher = threading.Thread(target=self.watch, name="worker", daemon=True)

    def start(self) -> subprocess.Popen:
        # The terminal's Ctrl-C is for us; what we say to the child is SIGTERM.
        return subprocess.Popen(self.command, stdin=subprocess.PIPE, start_new_session=True)

    def watch(self) -> None:
        while not self.stopping.wait(PAUSE):
            if self.process.poll() is not None:
                log.warning("worker ended", status=self.process.returncode)
                self.process = self.start()

    def __enter__(self) -> None:
        self.watcher.start()

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.watcher.join()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            log.warning("worker takes long to stop, and is killed")
            self.process.kill()
            self.process.wait()
