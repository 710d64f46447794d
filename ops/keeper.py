"""Keeps Airflow's parts running: what ended without ``make down`` is started again, ever later when it ends each time.

``make up`` starts this process after them; ``make down`` ends it before them. ``python -m ops.keeper``
"""

from __future__ import annotations

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


@dataclass
class Keeper:
    """Looks after the processes that ``start`` makes."""

    processes: Processes
    start: Callable[[str], None]
    _pauses: dict[str, float] = field(default_factory=dict)
    _started: dict[str, float] = field(default_factory=dict)

    def look(self, now: float) -> list[str]:
        """Start what was started once and runs no longer; which these were. ``now`` is in seconds."""
        ended = [part for part in (*PARTS, HISTORY) if part in self.processes.names() and self._may(part, now)]
        for part in ended:
            self.start(part)
            self._started[part] = now
        return ended

    def _may(self, part: str, now: float) -> bool:
        if self.processes.running(part):
            return False
        held = now - self._started.get(part, -2 * LONGEST)
        if held >= 2 * LONGEST:
            self._pauses[part] = FIRST
        elif held < self._pauses[part]:
            return False
        else:
            self._pauses[part] = min(2 * self._pauses[part], LONGEST)
        return True


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
