"""A folder: every message as a mail (``.eml``) and as a Slack message (``.json``), for trying out and for tests."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newswatch.deliver.email import compose
from newswatch.errors import DeliveryError
from newswatch.model.envelope import Envelope


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """A folder of this machine; it is made when it is missing."""

    folder: Path
    sender: str

    def send(self, envelope: Envelope) -> Mapping[str, Any]:
        """Write both files, named by time and id: the same delivery is the same two files however often it comes."""
        name = f"{envelope.at:%Y%m%dT%H%M%SZ}-{envelope.id}"
        mail = compose(envelope, self.sender, "newswatch").as_bytes()
        slack = {"channel": envelope.recipient, "text": envelope.rendered.subject, "blocks": envelope.rendered.slack}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self.folder / f"{name}.eml", mail)
            _write(self.folder / f"{name}.json", json.dumps(slack, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise DeliveryError(f"{self.folder} cannot be written: {error.strerror}", retryable=True) from error
        return {"file": str(self.folder / f"{name}.eml")}


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, as other programs may be reading the folder."""
    new = file.with_suffix(".new")
    new.write_bytes(content)
    os.replace(new, file)
