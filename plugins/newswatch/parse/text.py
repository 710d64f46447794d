"""Text of feeds → plain text: titles of one line, summaries and contents with paragraph breaks.

Cheap checks first: a value without ``<`` and ``&`` never meets the HTML sanitiser. What the sanitiser returns has
no markup, scripts or comments; line and paragraph breaks survive it as form feeds, which HTML counts as white space
and so never moves.
"""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

TITLE_MAX, SUMMARY_MAX, CONTENT_MAX = 300, 5_000, 50_000
#: how much markup is read for one character of text that may be kept
_MARKUP_FACTOR = 6
_ROUNDS = 8
_ENTITY = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_ELEMENTS = (
    "a|abbr|acronym|address|applet|article|aside|audio|b|base|big|blink|blockquote|body|br|button|canvas|caption|center|cite|code|"
    "col|colgroup|data|dd|del|details|dfn|dialog|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|"
    "h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|meta|nav|nobr|"
    "noscript|object|ol|optgroup|option|p|param|picture|pre|q|s|samp|script|section|select|small|source|span|strike|"
    "strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr|xml"
)
_NAMES = rf"(?:{_ELEMENTS}|[a-z]\w*[-:][\w:-]+)"
#: an end tag, or a start tag with an attribute, is markup whatever its name
_ANY = r"/[a-z]\w*\s*>|[a-z]\w*\s+[\w:-]+\s*=\s*[\"']"
_TAG = re.compile(rf"<(?:/?{_NAMES}(?:[\s/][^<]*|)>|!--|(?:script|style)\b|{_ANY})", re.IGNORECASE)
_NOT_A_TAG = re.compile(rf"<(?!/?{_NAMES}[\s/>]|!--|!\[CDATA\[|{_ANY})", re.IGNORECASE)
_ELEMENT = re.compile(_ELEMENTS)
_BREAK = re.compile(
    r"<(?=/?(?:p|div|h[1-6]|ul|ol|dl|table|blockquote|pre|article|section|aside|header|footer|figure|figcaption|"
    r"address|center|form|fieldset|main|nav|hr)\b|(?:br|li|tr|dt|dd|option)\b)",
    re.IGNORECASE,
)
_CELL = re.compile(r"<(?=/?(?:td|th|img|caption)\b)", re.IGNORECASE)
#: plain markup: tags that can only break a line or do nothing, without ``<`` or ``>`` in an attribute
_PLAIN_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_BREAKS = "p div h1 h2 h3 h4 h5 h6 ul ol blockquote article section figure figcaption hr"
_INLINE = "a b i em strong span u s small sub sup font cite q abbr code time mark del ins"
#: what stands for a plain tag in the text, a slash before an end tag's name
_PLAIN = {f"{slash}{name}": "\f" for name in _BREAKS.split() for slash in ("", "/")} | {"br": "\f", "li": "\f"}
_PLAIN |= {f"{slash}{name}": "" for name in _INLINE.split() for slash in ("", "/")} | {"/li": "", "img": " "}
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_DROPPED = {"script", "style", "template", "svg", "math", "iframe", "object", "textarea", "head", "noframes", "xmp"}
_CLEANER = nh3.Cleaner(tags=set(), clean_content_tags=_DROPPED)

#: C1 controls are what remains of Windows-1252 bytes that somebody numbered; the rest of these are never text
_CONTROLS: dict[int, str | None] = dict.fromkeys((*range(9, 14), 0x2028, 0x2029), " ")
_CONTROLS |= dict.fromkeys((*range(9), *range(14, 32), 127))
_CONTROLS |= {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_CONTROLS |= dict.fromkeys((0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0))
_CONTROLS |= dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
_CONTROLS |= dict.fromkeys((*range(0xFFF0, 0xFFFD), 0xFFFE, 0xFFFF, *range(0xE0000, 0xE0080)))
#: joiners belong in Indic and Persian words and in emoji, one at a time, and nowhere else
_JOINERS = re.compile(r"[\u200c\u200d]{2,}|(?<![^\x00-\u05ff\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u05ff\s])")
#: left out before entities and tags are read, lest they hide one
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff0-\ufffb\ud800-\udfff]"
)
_AMPERSANDS = re.compile(r"&(?:amp;)+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def is_element(name: str) -> bool:
    """Whether HTML has an element of this (lower-case) name."""
    return _ELEMENT.fullmatch(name) is not None


def title(value: str) -> tuple[str, bool]:
    """One line of at most ``TITLE_MAX`` characters, and whether it was cut."""
    if "<" in value or "&" in value:
        value = line(_unmarked(value[: TITLE_MAX * 30]))
        if "&" in value and _ENTITY.search(value):
            value = _unmarked(value)
    return bounded(line(value), TITLE_MAX)


def paragraphs(value: str, maximum: int, *, lines: bool = False) -> tuple[str, bool]:
    """Plain text of at most ``maximum`` characters, and whether it was cut.

    Lines end in ``\\n``, paragraphs in an empty line. ``lines`` says that single line ends of a text without markup
    are meant (JSON Feed's ``content_text``), elsewhere they are only how the source was wrapped.
    """
    limit = maximum * _MARKUP_FACTOR
    cut = len(value) > limit
    value = value[:limit]
    if "<" in value or "&" in value:
        plain = _unmarked(value)
        if plain == value or "\f" not in plain:
            plain = _wrapped(plain, lines)
    else:
        plain = _wrapped(value, lines)
    text, shortened = bounded(_joined(plain), maximum)
    return text, cut or shortened


def lead(value: str, maximum: int) -> str:
    """The first whole paragraphs of a plain text that fit, or the beginning of the first."""
    if len(value) <= maximum:
        return value
    end = value.rfind("\n\n", 0, maximum)
    return value[:end] if end > 0 else bounded(value, maximum)[0]


def line(value: str) -> str:
    """``value`` with white space collapsed and without characters that are not text, in NFC."""
    value = " ".join(value.replace("\x85", "…").split())
    if _is_text(value):
        return value
    value = _SURROGATES.sub("", value).translate(_CONTROLS)
    value = unicodedata.normalize("NFC", _JOINERS.sub("", value))
    return " ".join(value.split())


def _is_text(value: str) -> bool:
    """Whether ``value`` is in NFC and, but for blanks, without white space and what is not text."""
    return value.isprintable() and (value.isascii() or unicodedata.is_normalized("NFC", value))


def bounded(value: str, maximum: int) -> tuple[str, bool]:
    """At most ``maximum`` code points, ended at a word and with an ellipsis when cut."""
    if len(value) <= maximum:
        return value, False
    short = value[: maximum - 1]
    space = short.rfind(" ", maximum * 4 // 5)
    short = short[:space] if space > 0 else short
    while short and (unicodedata.combining(short[-1]) or short[-1] in "\u200d\ufe0f" or short[-1].isspace()):
        short = short[:-1]
    return f"{short}…", True


def _unmarked(value: str) -> str:
    """Without tags and entities, however often they were escaped; breaks become form feeds."""
    if not value.isprintable():
        value = _INVISIBLE.sub("", value)
    if "&amp;amp;" in value:
        value = _AMPERSANDS.sub("&", value)
    for _ in range(_ROUNDS):
        if "<![CDATA[" in value:
            value = value.replace("<![CDATA[", "").replace("]]>", "")
        if "<" in value and _TAG.search(value):
            value = _stripped(value)
        elif "&" in value:
            plain = _unescaped(_AMPERSANDS.sub("&", value))
            if plain == value:
                break
            value = plain
        else:
            break
    return value


def _stripped(value: str) -> str:
    """Without tags. Plain markup needs no sanitiser: where it leaves no angle bracket, it says the same."""
    pieces = _PLAIN_TAG.split(value)
    try:
        pieces[1::2] = [_PLAIN[name] for name in map(str.lower, pieces[1::2])]
    except KeyError:
        return sanitised(value)
    plain = "".join(pieces)
    return sanitised(value) if "<" in plain or ">" in plain else html.unescape(plain)


def sanitised(value: str) -> str:
    """What HTML's own rules and the sanitiser leave of ``value``: text, with form feeds where lines break."""
    marked = _BREAK.sub("\f<", _NOT_A_TAG.sub("&lt;", value))
    if "<t" in marked or "<i" in marked or "<T" in marked or "<I" in marked:
        marked = _CELL.sub(" <", marked)
    return html.unescape(_CLEANER.clean(marked))


def _unescaped(value: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), value)


def _wrapped(value: str, lines: bool) -> str:
    value = _BLANK_LINE.sub("\f\f", value) if "\n" in value else value
    return value.replace("\n", "\f") if lines else value


def _joined(value: str) -> str:
    """Lines, parted by form feeds, joined by one line end, or by two where an empty part lay between."""
    if "\f" not in value:
        return line(value)
    clean = "  " not in value and _is_text(value.replace("\f", " "))
    out: list[str] = []
    gap = 0
    for part in value.split("\f"):
        if found := part.strip() if clean else line(part):
            out.append(("\n\n" if gap > 1 else "\n") + found if out else found)
            gap = 0
        gap += 1
    return "".join(out)
