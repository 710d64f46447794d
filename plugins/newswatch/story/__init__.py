"""Stories, pure: which items are one report in circulation.

``bands`` finds candidates, ``judge`` decides on two readings, ``assign`` joins items to stories.
``docs/stories.md`` says how.
"""

from newswatch.story.assign import Shelf, assign
from newswatch.story.bands import bands
from newswatch.story.guards import Reason
from newswatch.story.reading import Reading, read
from newswatch.story.threads import Thread, threads
from newswatch.story.verdict import WINDOW, Verdict, judge

__all__ = ["WINDOW", "Reading", "Reason", "Shelf", "Thread", "Verdict", "assign", "bands", "judge", "read", "threads"]
