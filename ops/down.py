"""``make down``: end exactly what ``make up`` started."""

from __future__ import annotations

import sys

from ops import settings
from ops.airflow import Airflow
from ops.node import Node


def main() -> int:
    """Stop Airflow, then Elasticsearch; nothing else is touched."""
    home = settings.home()
    parts = [name for name, stop in (("Airflow", Airflow(home).down), ("Elasticsearch", Node(home).down)) if stop()]
    sys.stdout.write(f"{' and '.join(parts)} stopped.\n" if parts else "Nothing was running.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
