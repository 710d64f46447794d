"""The form of ``feeds.yaml``: publishers, and the feeds that they offer."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from newswatch.model.strict import Strict

MAX_URL = 2048
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ufeff]")


def check_url(url: str) -> str:
    """``url`` when it is an http(s) address that can be asked; ValueError with one sentence otherwise.

    The sentence never repeats the address, which may hold a password or a key.
    """
    if len(url) > MAX_URL:
        raise ValueError(f"the address is longer than {MAX_URL} characters")
    if _FORBIDDEN.search(url) or "\\" in url:
        raise ValueError("the address contains a space, a control character or a backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not a valid address") from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValueError("only http and https addresses can be polled")
    if not parts.hostname or not parts.hostname.strip("."):
        raise ValueError("the address names no host")
    if port == 0:
        raise ValueError("port 0 cannot be asked")
    return url


def _visible(value: str) -> str:
    if not value.isprintable():
        raise ValueError("contains a control character")
    return value


Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_visible)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^\S+$"), AfterValidator(_visible)]
Url = Annotated[str, AfterValidator(check_url)]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Topic = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_visible)]


class PublisherConfig(Strict):
    """One publisher. ``family`` (its own id by default) groups those that are not independent of each other."""

    name: Name | None = None
    family: Id | None = None
    country: Country | None = None
    kind: Kind | None = None


class FeedConfig(Strict):
    """One feed. ``country`` and ``kind`` default to the publisher's; ``checked`` is the date of a human's look."""

    id: Id
    url: Url
    title: Name | None = None
    publisher: Id | None = None
    language: Language | None = None
    country: Country | None = None
    kind: Kind | None = None
    topics: tuple[Topic, ...] = ()
    checked: date | None = None
    enabled: bool = True


class FeedsFile(Strict):
    """``feeds.yaml``, whole. Without ``publishers`` each feed's publisher is just a name."""

    publishers: dict[Id, PublisherConfig] = Field(default_factory=dict)
    feeds: tuple[FeedConfig, ...]
