"""Keeps Airflow's parts running: what ended without ``make down`` is started again, ever later when it ends each time.

``make up`` starts this process after them; ``make down`` ends it before them. ``python -m ops.keeper``
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ops import settings
from ops.airflow import HISTORY, PARTS, Airflow
from ops.processes import Processes

EVERY = 5.0
#: the pause before the next start, in seconds; one that held for twice the longest begins anew
FIRST, LONGEST = 5.0, 300.0
KEPT = (*PARTS, HISTORY)


@dataclass
class Keeper:
    """Looks after the processes that ``start`` makes."""

    processes: Processes
    start: Callable[[str], None]
    #: of what was started here: when, and the pause after it
    _started: dict[str, tuple[float, float]] = field(default_factory=dict)

    def look(self, now: float) -> list[str]:
        """Start what was started once and runs no longer; which these were. ``now`` is in seconds."""
        begun = []
        for part in self.processes.names():
            if part not in KEPT or self.processes.running(part):
                continue
            began, pause = self._started.get(part, (-math.inf, 0.0))
            if now - began >= pause:
                held = now - began >= 2 * LONGEST
                self._started[part] = now, FIRST if held else min(2 * pause, LONGEST)
                self.start(part)
                begun.append(part)
        return begun


def main() -> None:
    """Look every five seconds."""
    airflow = Airflow(settings.home())
    keeper = Keeper(Processes(airflow.home), airflow.start)
    while True:
        time.sleep(EVERY)
        for part in keeper.look(time.monotonic()):
            print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {part} had ended and was started again", flush=True)


if __name__ == "__main__":
    main()
