"""Who a channel reaches: each address on its own, nobody twice; and what a running watch bears with."""

from __future__ import annotations

from pathlib import Path

import pytest

from newswatch.config.channels import addresses, life_cycle, load_channels
from newswatch.errors import ConfigError

FILE = """\
channels:
  - {id: ops, type: email, to: [ann@ops.example, bob@ops.example]}
  - {id: boss, type: email, to: BOB@ops.example}
  - {id: slack, type: slack, to: "#ops"}
routes:
  - {id: all, to: [ops, boss, slack]}
"""


def test_each_address_is_a_recipient_and_nobody_is_one_twice(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(FILE)
    found = load_channels(file)
    people = ("ops:ann@ops.example", "ops:bob@ops.example", "slack")
    assert life_cycle(found, ()).routes[0].to == people
    assert [one.name for one in addresses(found)["boss"]] == ["ops:bob@ops.example"]


def test_a_running_watch_bears_with_a_channel_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(FILE.replace("boss, slack]", "boss, slakc]"))
    with pytest.raises(ConfigError, match="slakc"):
        load_channels(file)
    assert "slakc" in life_cycle(load_channels(file, running=True), ()).routes[0].to
