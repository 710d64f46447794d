"""Colours that mean the same everywhere: in Kibana, mails, pages and the terminal.

The four tags and the severities have fixed colours (colour-blind safe); other values take the palette in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

TAGS = {"military": "#D36086", "sanctions": "#6092C0", "diplomacy": "#54B399", "discourse": "#D6BF57"}
SEVERITIES = {"critical": "#BD271E", "warning": "#DA8B45", "info": "#6092C0"}
#: field → value → colour
FIXED = {"tags": TAGS, "severity": SEVERITIES}
PALETTE = ("#54B399", "#6092C0", "#D36086", "#9170B8", "#CA8EAE", "#D6BF57", "#B9A888", "#DA8B45", "#AA6556", "#E7664C")


@dataclass(frozen=True, slots=True)
class Theme:
    """Ink, faint lines, the observed series and its expected band."""

    ink: str
    faint: str
    series: str
    band: str
    alarm: str


LIGHT = Theme(ink="#343741", faint="#D3DAE6", series="#0077CC", band="#9CC6E8", alarm="#BD271E")
DARK = Theme(ink="#DFE5EF", faint="#343741", series="#36A2EF", band="#1F4E79", alarm="#F86B63")
#: mid-tones: a mail cannot choose a picture by the reader's theme
BOTH = Theme(ink="#8A93A6", faint="#8A93A64D", series="#3B93D8", band="#8FA3BF66", alarm="#E5564C")


def color(value: str, position: int) -> str:
    """The colour of a tag or severity, or the palette's at ``position``."""
    return (TAGS | SEVERITIES).get(value, PALETTE[position % len(PALETTE)])
