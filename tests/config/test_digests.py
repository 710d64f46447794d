"""Every fault in digests.yaml is a sentence that names file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config.digests import load_digests
from newswatch.errors import ConfigError

ROOT = Path(__file__).parents[2]
GOOD = "digests:\n  - id: morning\n    recipients: [folder]\n"
FAULTS = [
    ("zone", GOOD + "    zone: Mars/Base\n", 4, "digests[0].zone", "no time zone 'Mars/Base'"),
    ("cron", GOOD + "    cron: 0 25 * * *\n", 4, "digests[0].cron", "not a cron line"),
    ("cron-six-fields", GOOD + "    cron: 0 0 7 * * *\n", 4, "digests[0].cron", "of five fields"),
    ("cron-no-such-day", GOOD + "    cron: 0 7 30 2 *\n", 4, "digests[0].cron", "names no day that there is"),
    ("cron-too-often", GOOD + "    cron: 0,30 7 * * *\n", 4, "digests[0].cron", "more than once an hour"),
    ("language", GOOD + "    languages: [en, english]\n", 4, "digests[0].languages", "not 'english'"),
    ("window", GOOD + "    window: 5m\n", 4, "digests[0].window", "from 1h to 31d"),
    ("deadline", GOOD + "    deadline: 8d\n", 4, "digests[0].deadline", "from 10m to 7d"),
    ("no-list", "digests:\n", 1, "digests", "should be a list (got None)"),
    ("no-recipients", "digests:\n  - id: a\n    recipients: []\n", 3, "digests[0].recipients", "must not be empty"),
    ("recipients-missing", "digests:\n  - id: a\n", 2, "digests[0].recipients", "is required"),
    ("unknown-channel", GOOD.replace("folder", "pigeon"), 3, "digests[0].recipients[0]", "no channel"),
    ("unknown-tag", GOOD + "    tags: [military, gossip]\n", 4, "digests[0].tags[1]", "no tag"),
    ("unknown-key", GOOD + "    colour: red\n", 4, "digests[0].colour", "unknown key"),
    ("twice", GOOD + "  - id: morning\n    recipients: [folder]\n", 4, "digests[1].id", "stands above already"),
    ("recipient-twice", GOOD.replace("[folder]", "[folder, folder]"), 2, "digests[0]", "named twice"),
    ("importance", GOOD + "    importance: 101\n", 4, "digests[0].importance", "less than or equal to 100"),
]


@pytest.mark.parametrize(("text", "line", "key", "said"), [c[1:] for c in FAULTS], ids=[c[0] for c in FAULTS])
def test_fault(tmp_path: Path, text: str, line: int, key: str, said: str) -> None:
    file = tmp_path / "digests.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_digests(file, channels={"folder"}, tags={"military"})
    assert (caught.value.file, caught.value.line, caught.value.key) == (str(file), line, key)
    assert said in caught.value.message


def test_the_shipped_file_is_right() -> None:
    (spec,) = load_digests(ROOT / "config" / "digests.yaml", channels={"folder"}, tags=set())
    assert spec.id == "morning"


def test_no_file_means_no_digests(tmp_path: Path) -> None:
    assert load_digests(tmp_path / "digests.yaml", channels=(), tags=()) == ()
