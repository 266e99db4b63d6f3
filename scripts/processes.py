"""Keeps the programs of a Procfile running, until it is told to end.

    python scripts/processes.py Procfile

One that falls is started again, and takes none of the others with it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

PAUSE = 1.0  # seconds before one that fell is started again
PATIENCE = 15.0  # seconds for all of them to end by themselves


def read(procfile: Path) -> dict[str, str]:
    """The command of each program, by its name."""
    lines = procfile.read_text().splitlines()
    parts = (line.partition(":") for line in lines if line.strip())
    return {name.strip(): command.strip() for name, _colon, command in parts}


def signal_group(process: "subprocess.Popen[bytes]", number: int) -> None:
    """With what it started: a server that reloads itself is two processes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


class Processes:
    def __init__(self, commands: dict[str, str]) -> None:
        self.commands = commands
        self.ending = threading.Event()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def end(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self.ending.set()

    def start(self, name: str) -> None:
        # Each in a session of its own: Ctrl-C is ours to pass on, once.
        self.running[name] = subprocess.Popen(
            ["/bin/sh", "-c", self.commands[name]],
            start_new_session=True,
        )

    def keep_running(self) -> None:
        """Start all; return when they have ended because of :meth:`end`."""
        for name in self.commands:
            self.start(name)
        while not self.ending.wait(PAUSE):
            for name, process in self.running.items():
                if process.poll() is not None:
                    print(f"{name} ended ({process.returncode}): starting it again.")
                    self.start(name)
        self._end_all()

    def _end_all(self) -> None:
        for process in self.running.values():
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for name, process in self.running.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"{name} does not end, so it is killed.")
                signal_group(process, signal.SIGKILL)
                process.wait()


def main(procfile: str) -> int:
    processes = Processes(read(Path(procfile)))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, processes.end)
    processes.keep_running()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
