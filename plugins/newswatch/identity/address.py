"""Canonical URLs: one spelling for all the addresses of an article, and which addresses are no article's own."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import idna

_TRACKING = re.compile(
    r"utm_\w+|itm_\w+|pk_\w+|piwik_\w+|mtm_\w+|matomo_\w+|hsa_\w+|_hs\w+|mc_[ce]id|ns_\w+|at_(?:medium|campaign|custom\d*|"
    r"link\w*|format|ptr\w*|bbc\w*)|(?:fb|gc|ms|tw|yc|dc|gb|wb)l(?:clid|id)|fbclid|gclid|gclsrc|dclid|msclkid|twclid|yclid|"
    r"igshid|igsh|ocid|cmpid|cmp|cid_source|xtor|smid|smtyp|ncid|ito|rss|rssid|feedtype|mkt_tok|vero_id|oly_\w+_id|s_cid|spm|"
    r"sr_share|ref_src|ref_url|referrer|share|shared|wt_mc|wt\.mc_id|wtmc|trk|trkcampaign|__twitter_impression|guccounter|"
    r"guce_\w+|phpsessid|jsessionid|sessionid|sid_session|amp|outputtype|amp_js_v|usqp|_ga|_gl|srsltid|leadsource|traffic_source",
    re.IGNORECASE,
)
#: names that may well choose the article, dropped only when the value is a channel's
_CHANNEL_NAMES = {
    "ref",
    "source",
    "src",
    "from",
    "via",
    "feed",
    "origin",
    "medium",
    "campaign",
    "output",
    "view",
    "mode",
}
_CHANNELS = re.compile(
    r"rss.*|.*[-_.]rss|atom|feed.*|twitter|x|facebook|fb|newsletter|email|mail|telegram|whatsapp|linkedin|reddit|google.*|"
    r"home(?:page)?|social|share|push|app|mobile|amp|syndication|partner",
    re.IGNORECASE,
)
_HOST_VARIANT = re.compile(r"^(?:www\d?|m|mobile|amp|wap|touch)\.(?=[^.]+\.[^.]+)|(?<=\.)m\.(?=[^.]+\.[^.]+$)")
_AMP_CACHE = re.compile(r"^/(?:c|v|i|r)/(?:s/)?([^/]+\.[^/]+)(/.*)?$")
_AMP_VIEWER = re.compile(r"^/amp/(?:s/)?([^/]+\.[^/]+)(/.*)?$")
_INDEX = re.compile(r"/(?:index|default|home)\.(?:x?html?|php\d?|aspx?|jsp|cgi|shtml)$", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?:/amp|\.amp|/amp\.html)$|(?<=.)\.amp(?=\.html?$)", re.IGNORECASE)
_LANGUAGE_HOME = re.compile(r"/[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
_ROUTE = re.compile(r"^!?/.")
#: an address that needs no decoding, quoting or putting right: host, path and query stand there as they are
_PLAIN = re.compile(
    r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)/?(?:\?([A-Za-z0-9_.~=&-]*))?"
)


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """One spelling of ``url`` for all that differ only in how the reader came to the same article.

    Scheme, default port, credentials, ``www.`` and mobile and AMP variants, index pages, trailing and double slashes,
    percent-encoding, IDN, tracking parameters, order of parameters and fragment make no difference. The result is an
    ``https`` URL, idempotent, meant for comparing and not for fetching; what is no URL comes back unchanged.
    """
    if plain := _PLAIN.fullmatch(url):
        host, path = _unwrapped(plain[1], plain[2])
        query = _query(plain[3]) if plain[3] else ""
        return f"https://{_bare(host)}{_tidied(path or '/')}{'?' if query else ''}{query}"
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    if not parts.hostname:
        return url
    host, path = _unwrapped(_host(parts.hostname), parts.path)
    host = _bare(host)
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    query = _query(parts.query)
    route = f"#{parts.fragment}" if _ROUTE.match(parts.fragment) else ""
    return f"https://{host}{_path(path)}{'?' if query else ''}{query}{route}"


def is_home(url: str) -> bool:
    """Whether ``url`` is a site's front page, by its language or not, rather than an article."""
    whole = canonical(url)
    host, _, path = whole.partition("://")[2].partition("/")
    alone = bool(host) and "?" not in whole and "#" not in whole
    return alone and (not path or _LANGUAGE_HOME.fullmatch(f"/{path}") is not None)


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    if host.isascii():
        return f"[{host}]" if ":" in host else host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


@lru_cache(maxsize=4096)
def _bare(host: str) -> str:
    """Without the labels that only say for which device; repeatedly, as in ``www.m.example.org``."""
    while (shorter := _HOST_VARIANT.sub("", host, count=1)) != host:
        host = shorter
    return host


def _unwrapped(host: str, path: str) -> tuple[str, str]:
    """The article behind Google's AMP cache and viewer."""
    match = None
    if host.endswith(".cdn.ampproject.org"):
        match = _AMP_CACHE.match(path)
    elif host.removeprefix("www.").startswith("google."):
        match = _AMP_VIEWER.match(path)
    return (match[1].lower(), match[2] or "") if match else (host, path)


def _path(path: str) -> str:
    path = _SESSION.sub("", path)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(quote(_decoded(segment), safe="%!$&'()*+,;=:@~-._"))
    return _tidied("/" + "/".join(segments))


def _tidied(path: str) -> str:
    """Without what only names an index page or the one for mobile devices, and without a slash at the end."""
    if path[:5].lower() == "/amp/":
        path = path[4:]
    while (shorter := _AMP_PATH.sub("", _INDEX.sub("", path)).rstrip("/")) != path:
        path = shorter
    return path


def _decoded(segment: str) -> str:
    """Percent-encoding undone where that cannot change what the segment says, written alike where it stays."""
    if "%" not in segment:
        return segment
    try:
        plain = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return re.sub(r"%[0-9a-fA-F]{2}", lambda match: match[0].upper(), segment)
    return re.sub(r"[%/?#\\\x00-\x20\x7f]", lambda match: quote(match[0], safe=""), plain)


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None)
        if not _is_tracking(name) and not (name.lower() in _CHANNEL_NAMES and _CHANNELS.fullmatch(value))
    ]
    return urlencode(sorted(kept)) if kept else ""


@lru_cache(maxsize=1024)
def _is_tracking(name: str) -> bool:
    return _TRACKING.fullmatch(name) is not None
