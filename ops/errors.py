"""What can go wrong while bringing up, each as one sentence with what to do."""

from __future__ import annotations


class OpsError(Exception):
    """One plain sentence for the person at the terminal."""
