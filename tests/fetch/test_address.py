"""Spellings of addresses, read from a table; redaction."""

from __future__ import annotations

import asyncio
import ipaddress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from newswatch.fetch.address import RefusedAddressError, check, follow, read, refusal, same_party
from newswatch.fetch.resolver import CheckedResolver
from newswatch.model.address import has_secrets, redact, redact_text, secrets_of, with_credentials_of

TABLE = yaml.safe_load((Path(__file__).parents[1] / "data" / "fetch" / "addresses.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("url", TABLE["refused"])
def test_refused(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        checked(url)


def checked(url: str) -> None:
    target = read(url)
    assert target.address is not None
    check(target, target.address, frozenset())


@pytest.mark.parametrize("url", TABLE["invalid"])
def test_invalid(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        read(url)


@pytest.mark.parametrize(("url", "expected"), TABLE["public"].items())
def test_public(url: str, expected: str) -> None:
    target = read(url)
    assert target.url == expected
    assert target.address is not None
    check(target, target.address, frozenset())


@pytest.mark.parametrize(("url", "expected"), TABLE["named"].items())
def test_named(url: str, expected: str) -> None:
    target = read(url)
    assert (target.url, target.address) == (expected, None)


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_in_every_spelling_is_judged_alike(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    spellings = (str(address), str(number), hex(number), f"0{number:o}", ".".join(hex(part) for part in address.packed))
    found = {read(f"http://{spelling}/").address for spelling in spellings}
    assert found == {address}
    inside = [ipaddress.IPv6Address((0xFFFF << 32) | number), ipaddress.IPv6Address((0x64FF9B << 96) | number)]
    if not address.is_global or address.is_multicast:
        assert refusal(address)
    if refusal(address):
        assert all(refusal(one) for one in inside)


def test_the_allow_list_names_pairs() -> None:
    target = read("http://localhost:8080/")
    assert target.address is not None
    check(target, target.address, frozenset({("127.0.0.1", 8080)}))
    check(target, target.address, frozenset({("localhost", 8080)}))
    with pytest.raises(RefusedAddressError):
        check(target, target.address, frozenset({("127.0.0.1", 8081)}))


async def test_names_are_resolved_to_checked_addresses_only(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"mixed.example": ["127.0.0.1", "93.184.216.34"], "inside.example": ["10.0.0.1", "::1"]}

    async def lookup(self: CheckedResolver, host: str, port: int, family: int) -> list[tuple[int, str]]:
        await asyncio.sleep(0)
        return [(2, address) for address in answers[host]]

    monkeypatch.setattr(CheckedResolver, "_lookup", lookup)
    resolver = CheckedResolver(frozenset({("inside.example", 81)}))
    assert [row["host"] for row in await resolver.resolve("mixed.example", 80)] == ["93.184.216.34"]
    assert len(await resolver.resolve("inside.example", 81)) == 2
    with pytest.raises(RefusedAddressError):
        await resolver.resolve("inside.example", 80)
    await resolver.close()


@pytest.mark.parametrize(
    ("location", "expected", "user"),
    [
        ("/b", "http://example.org/b", "u"),
        ("c?d", "http://example.org/x/c?d", "u"),
        ("//other.example/y", "http://other.example/y", None),
        ("http://u:p@other.example/", "http://other.example/", None),
        ("http://x:y@example.org/", "http://example.org/", "u"),
        ("https://example.org/", "https://example.org/", "u"),
        ("http://example.org:81/", "http://example.org:81/", None),
        (" /d ", "http://example.org/d", "u"),
    ],
)
def test_follow(location: str, expected: str, user: str | None) -> None:
    target = follow(read("http://u:p@example.org/x/y"), location)
    assert (target.url, target.user) == (expected, user)


def test_credentials_do_not_step_down() -> None:
    assert not same_party(read("https://a.example/"), read("http://a.example/"))


REDACTED = [
    ("http://u:p@h.example/a?b=c", "http://h.example/a?b=c"),
    ("http://h.example/?api_key=S3&x=1", "http://h.example/?api_key=***&x=1"),
    ("http://h.example/?x=1&Token=S3", "http://h.example/?x=1&Token=***"),
    ("http://h.example/?access-token=S3;y=2", "http://h.example/?access-token=***;y=2"),
    ("http://h.example/?subscription_key=S3", "http://h.example/?subscription_key=***"),
    ("http://h.example/?%61pi_key=S3", "http://h.example/?%61pi_key=***"),
    ("http://h.example/?keyword=a&monkey=1&country_code=KR", "http://h.example/?keyword=a&monkey=1&country_code=KR"),
    ("http://h.example/?apiKey=S3", "http://h.example/?apiKey=***"),
    ("http://h.example/#token=S3", "http://h.example/#token=***"),
    ("http://[::1", "***"),
]


@pytest.mark.parametrize(("url", "expected"), REDACTED)
def test_redact(url: str, expected: str) -> None:
    assert redact(url) == expected
    assert "S3" not in redact_text(f"see {url} there")
    assert redact(redact(url)) == redact(url)


def test_secrets_of_an_address() -> None:
    assert secrets_of("http://us%65r:pw@h.example/?token=t%20k&a=b") == {"user", "pw", "t k"}
    assert has_secrets("http://u@h.example/")
    assert not has_secrets("http://h.example/?a=b")


def test_credentials_return_to_their_own_host_only() -> None:
    mine = "http://u:p@h.example/a"
    assert with_credentials_of(mine, "http://h.example/b") == "http://u:p@h.example/b"
    assert with_credentials_of(mine, "https://h.example/b") == "https://u:p@h.example/b"
    assert with_credentials_of(mine, "http://other.example/b") == "http://other.example/b"
    assert with_credentials_of("https://u:p@h.example/", "http://h.example/b") == "http://h.example/b"
