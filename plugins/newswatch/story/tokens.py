"""Words, numbers, days and ordinals of a sentence, in forms that compare across spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from newswatch.story import calendar
from newswatch.story.fold import fold

_TOKEN = re.compile(r"[^\W_]+(?:[.,:'-][^\W_]+)*%?")
_GROUPS = re.compile(r"(?<=\d)[ '](?=\d{3}(?:\D|$))")
_NUMBER = re.compile(r"(\d[\d.,]*)(.*)")
_NUMERIC_DATE = re.compile(r"(?:(\d{1,2})[./-](\d{1,2})[./-](?:20)?\d\d|20\d\d-(\d\d)-(\d\d))$")
#: *am 8.11.*: in German, decimals have a comma
_DAY_MONTH = re.compile(r"(?<![\d.,])([0-3]?\d)\.([01]?\d)\.(?!\d)")
_ORDINAL_TAIL = re.compile(
    r"(?:st|nd|rd|th|e|de|ste|er|eme|ere|и|го|му|м|я|ю|е|х|ии|га|та|ту|ої|оі|ыи|차|호|번째|회|호기|단계)$"
)
_KOREAN_SCALE = {"만": 1e4, "천": 1e3, "억": 1e8, "백": 1e2, "조": 1e12}
_SCALES = {
    1e2: "hundred honderd hundert",
    1e3: "thousand duizend tausend mille тыс тысяч тысячи тысяча тис тисяч тисячі",
    1e6: "million millions miljoen mln mio millionen миллион миллиона миллионов млн мільйон мільйона мільйонів",
    1e9: "billion miljard milliarde milliarden mrd milliard milliards bn миллиард миллиарда миллиардов млрд "
    "мільярд мільярда мільярдів",
}
_SCALE = {word: scale for scale, words in _SCALES.items() for word in words.split()}
_PARTICLE = re.compile(
    r"(?:으로부터|에서는|에게서|이라고|으로는|에서|에게|께서|부터|까지|으로|라고|이라|과의|와의|에는|에도|이나|하고|"
    r"은|는|이|가|을|를|에|의|와|과|로|도|만|며)$"
)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word. ``key`` is equal for equal things: a stem, a number's value, a weekday, a month, an ordinal.

    ``kind``: word, number, ordinal, weekday, month, date (``key`` ends in month-day), relative. ``name`` says that it
    is written like a proper noun; ``first``, that it begins a sentence and is written so anyway.
    """

    key: str
    kind: str
    form: str
    name: bool = False
    first: bool = False
    value: float = 0.0
    weight: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", _weight(self))


def _weight(token: Token) -> float:
    """How much a word says: little ones hardly anything, figures (put right while the words stay) half."""
    if token.kind == "number":
        return 0.5
    name = token.name and not token.first
    return 1.0 if token.kind != "word" or name or len(token.form) >= 4 or _HANGUL.search(token.form) else 0.25


def tokens(sentence: str, language: str) -> list[Token]:
    """The tokens of ``sentence``; numbers with their scale and days with their month are one."""
    found: list[Token] = []
    if language == "de":
        sentence = _DAY_MONTH.sub(lambda day: f"2000-{day[2]:0>2}-{day[1]:0>2}", sentence)
    for raw in _TOKEN.findall(_GROUPS.sub("", sentence)):
        _add(found, _token(raw, language), not found)
    return _joined_days(found)


def _add(found: list[Token], token: Token, first: bool) -> None:
    last = found[-1] if found else None
    scale = _SCALE.get(token.form)
    if scale and last and last.kind == "number":
        value = last.value * scale
        found[-1] = Token(f"#{value:g}", "number", last.form, value=value)
    else:
        found.append(replace(token, first=True) if first else token)


@lru_cache(maxsize=65536)
def _token(raw: str, language: str) -> Token:
    if raw[0].isdigit():
        return _numeric(raw.rstrip("%"), language)
    form = fold(raw)
    for kind, table in _tables(language):
        for stem, whole, key in table:
            if form == stem or (not whole and form.startswith(stem)):
                if kind == "number":
                    return Token(f"#{key}", kind, form, value=float(key))
                return Token(f"{kind}:{key}", kind, form)
    if value := _compound(form, language):
        return Token(f"#{value}", "number", form, value=value)
    if value := _ordinal(form, language):
        return Token(f"ordinal:{value}", "ordinal", form, value=value)
    name = raw[0].isupper() or any(letter.isdigit() for letter in raw)
    return Token(stem_of(form, language), "word", form, name)


def _numeric(raw: str, language: str) -> Token:
    form = fold(raw)
    if date := _NUMERIC_DATE.match(form):
        day, month = (date[1], date[2]) if date[1] else (date[4], date[3])
        return Token(f"date:{int(month)}-{int(day)}", "date", form)
    found = _NUMBER.match(form)
    assert found
    digits, tail = found[1].rstrip(".,"), found[2].lstrip("-")
    value = _value(digits)
    if tail[:1] in _KOREAN_SCALE and language == "ko":
        return _korean(form)
    if language == "ko" and re.match(r"월", tail):
        return Token(f"month:{value:g}", "month", form, value=value)
    if language == "ko" and re.match(r"일(?!간|째)", tail):
        return Token(f"day:{value:g}", "date", form, value=value)
    if tail and _ORDINAL_TAIL.match(tail):
        return Token(f"ordinal:{value:g}", "ordinal", form, value=value)
    if tail and language != "ko" and not tail.isalpha():
        return Token(form, "word", form, True)
    return Token(f"#{value:g}", "number", form, value=value)


def _korean(form: str) -> Token:
    value, rest = 0.0, form
    while (found := re.match(r"(\d[\d.,]*)([만천억백조]?)", rest)) and found[0]:
        value += _value(found[1].rstrip(".,")) * _KOREAN_SCALE.get(found[2], 1.0)
        rest = rest[found.end() :]
    return Token(f"#{value:g}", "number", form, value=value)


def _value(digits: str) -> float:
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits):
        return float(re.sub(r"\D", "", digits))
    whole, _, part = digits.replace(",", ".").partition(".")
    return float(f"{whole}.{part.replace('.', '') or 0}")


def _ordinal(form: str, language: str) -> int:
    table, endings = _ordinals(language)
    if not endings:
        return table.get(form, 0)
    for cut in (1, 2, 3):
        if form[-cut:] in endings and (value := table.get(form[:-cut])):
            return value
    return 0


def _compound(form: str, language: str) -> int:
    """``twenty-three`` is 23."""
    ten, dash, one = form.partition("-")
    values = {word: int(key) for word, _, key in _tables(language)[-1][1]} if dash else {}
    return values[ten] + values[one] if values.get(ten, 0) >= 20 and values.get(one, 20) < 20 else 0


def _joined_days(found: list[Token]) -> list[Token]:
    """A number beside a month is a date; a year after it says nothing more."""
    joined: list[Token] = []
    for token in found:
        last = joined[-1] if joined else None
        if last and last.kind == "month" and _is_day(token):
            joined[-1] = Token(f"date:{last.key[6:]}-{token.value:g}", "date", token.form)
        elif last and token.kind == "month" and _is_day(last):
            joined[-1] = Token(f"date:{token.key[6:]}-{last.value:g}", "date", last.form)
        elif last and last.kind in ("date", "month") and token.kind == "number" and 1990 <= token.value <= 2100:
            continue
        else:
            joined.append(token)
    return joined


def _is_day(token: Token) -> bool:
    return (token.kind in ("number", "ordinal") or token.key.startswith("day:")) and 1 <= token.value <= 31


@lru_cache(maxsize=65536)
def stem_of(form: str, language: str) -> str:
    """``form`` without the ending that declines it, roughly."""
    if language == "ko":
        bare = _PARTICLE.sub("", form)
        return bare if len(bare) >= 2 else form
    if _CYRILLIC.search(form):
        if any(map(str.isdigit, form)):
            # the type of an aircraft or a missile
            return form
        bare = form.translate({ord("ь"): None, ord("ъ"): None})
        return bare[:-2] if len(bare) >= 7 else bare[:-1] if len(bare) >= 5 else bare
    if len(form) < 5:
        return form
    endings = {
        "en": ("s",),
        "nl": ("en", "e", "s"),
        "de": ("en", "es", "er", "em", "e", "n", "s"),
        "fr": ("es", "s", "e"),
    }
    return next((form[: -len(end)] for end in endings.get(language, ()) if form.endswith(end)), form)


@cache
def _tables(language: str) -> list[tuple[str, list[tuple[str, bool, str]]]]:
    weekdays = _stems(calendar.WEEKDAYS.get(language, "").split())
    months = _stems(calendar.MONTHS.get(language, "").split(), first=1)
    relative = [(word, language != "ko", str(days)) for word, days in calendar.RELATIVE.get(language, {}).items()]
    numbers = [(word, True, value) for word, _, value in _pairs(calendar.NUMBERS.get(language, ""))]
    return [("weekday", weekdays), ("month", months), ("relative", relative), ("number", numbers)]


def _stems(entries: list[str], first: int = 0) -> list[tuple[str, bool, str]]:
    return [
        (fold(stem.rstrip("$")), stem.endswith("$"), str(at))
        for at, entry in enumerate(entries, first)
        for stem in entry.split(",")
    ]


def _pairs(table: str) -> list[tuple[str, str, str]]:
    return [(fold(name), sign, value) for name, sign, value in (pair.partition("=") for pair in table.split())]


@cache
def _ordinals(language: str) -> tuple[dict[str, int], frozenset[str]]:
    table = {word: int(value) for word, _, value in _pairs(calendar.ORDINALS.get(language, ""))}
    return table, frozenset(fold(end) for end in calendar.ORDINAL_ENDINGS.get(language, "").split())
