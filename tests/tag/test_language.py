"""The language of a short text: what it costs less to know is the same as what all the evidence says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newswatch.tag.language import LATIN, rank, ranked, sure

VOTES = st.integers(0, 12).map(float)


@given(st.fixed_dictionaries(dict.fromkeys(LATIN, VOTES)), st.sampled_from([None, "xx", *LATIN]))
def test_what_is_sure_is_so_whatever_is_guessed(scores: dict[str, float], declared: str | None) -> None:
    if found := sure(scores, declared):
        assert {ranked(scores, declared, guess) for guess in (None, "und", "da", *LATIN)} == {found}


def test_many_function_words_are_sure() -> None:
    assert sure(dict.fromkeys(LATIN, 0.0) | {"nl": 4.0}, None) == ("nl",)
    assert sure(dict.fromkeys(LATIN, 0.0) | {"nl": 4.0, "de": 2.0}, None) is None


def test_words_count_whatever_stands_around_them() -> None:
    assert rank("«The» minister, (who) said: “it—was—on_at from...”")[0] == "en"
    assert rank("«Dass» Minister, (die) sagt: „es—ist—nicht_doch vom...“")[0] == "de"


def test_elisions_and_accents_speak() -> None:
    assert rank("L'Ukraine d'aujourd'hui qu'on voit") == ("fr",)
    assert rank("Rząd przyjął uchwałę") == ("pl",)


def test_a_name_in_latin_letters_does_not_make_a_text_latin() -> None:
    assert rank("Компания SpaceX запустила ракету Falcon") == ("ru", "uk")
    assert rank("Компанія SpaceX запустила ракету Falcon 9 з мису Канаверал, says the report on it") == (
        "uk",
        "ru",
        "en",
    )
    assert rank("SpaceX and NASA say that the launch of the Роскосмос rocket is off")[0] == "en"


def test_broken_characters_do_no_harm() -> None:
    assert rank("\ud800 the minister \x85 said it was on \ufffe") == ("en",)
