"""Language tags as feeds write them → ISO 639-1."""

from __future__ import annotations

from functools import lru_cache

_NAMES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
_CODES = frozenset(_NAMES.split())
#: withdrawn codes, ISO 639-2 and -3 codes, English and own names, and country codes that are often put instead
_OTHER = {
    "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "sh": "sr", "ua": "uk", "jp": "ja", "cn": "zh", "cz": "cs",
    "dk": "da", "gr": "el", "eng": "en", "nld": "nl", "dut": "nl", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr",
    "spa": "es", "ita": "it", "por": "pt", "pol": "pl", "rus": "ru", "ukr": "uk", "kor": "ko", "jpn": "ja", "zho": "zh",
    "chi": "zh", "ara": "ar", "tur": "tr", "ces": "cs", "cze": "cs", "swe": "sv", "nor": "no", "dan": "da", "fin": "fi",
    "heb": "he", "fas": "fa", "per": "fa", "hin": "hi", "bel": "be", "ell": "el", "gre": "el", "hun": "hu", "ron": "ro",
    "rum": "ro", "english": "en", "dutch": "nl", "nederlands": "nl", "german": "de", "deutsch": "de", "french": "fr",
    "français": "fr", "spanish": "es", "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt",
    "polish": "pl", "polski": "pl", "russian": "ru", "русский": "ru", "ukrainian": "uk", "українська": "uk",
    "korean": "ko", "한국어": "ko", "japanese": "ja", "chinese": "zh", "arabic": "ar", "turkish": "tr",
}  # fmt: skip


@lru_cache(maxsize=1024)
def code(value: str | None) -> str | None:
    """``en`` for ``en-US``, ``EN_gb``, ``eng`` or ``English``; None for what is no language."""
    if not value:
        return None
    tag = value.strip().lower()
    tag = tag.replace("_", "-").split("-", 1)[0].split(",", 1)[0].strip()
    return tag if tag in _CODES else _OTHER.get(tag)
