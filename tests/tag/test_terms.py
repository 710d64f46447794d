"""The notation of terms: what each form finds and leaves alone, in each script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newswatch.model.watchlist import Actor, Background, Concept, TagSpec, Watchlist, Weights
from newswatch.tag import Tagger
from newswatch.tag.fold import fold
from newswatch.tag.matcher import Matcher, Role, Term
from newswatch.tag.terms import TermError, compile_term

FINDS = [
    ("en", "Iran", "Talks with Iran resume", "Iran"),
    ("en", "Iran", "Tirana hosts a fair", None),
    ("en", "Iran", "IRAN'S minister", "IRAN"),
    ("en", "missil*", "Two missiles fired", "missiles"),
    ("en", "war(|s)", "The wars of the roses", "wars"),
    ("en", "war(|s)", "A warm day", None),
    ("en", "peace talk*", "Peace talks open", "Peace talks"),
    ("en", "troops ~3 border", "Troops near the northern border", "Troops near the northern border"),
    ("en", "troops ~3 border", "At the border stand troops", "border stand troops"),
    ("en", "troops ~1 border", "Troops far from the northern border", None),
    ("en", "troops ~3 border", "He sent troops. The border was quiet", None),
    ("en", "troops ~3 border", "Troops 1.5 km from border", "Troops 1.5 km from border"),
    ("en", "north korea", "North-Korea fires", "North-Korea"),
    ("nl", "*sanctie*", "De EU-sancties en het Ruslandsanctiepakket", "sancties"),
    ("de", "*rakete", "Eine Interkontinentalrakete fliegt", "Interkontinentalrakete"),
    ("de", "*rakete", "Das Raketensilo", None),
    ("de", "abrüstung*", "Gespräche über Abrüstung", "Abrüstung"),
    ("fr", "coree du nord", "La Corée du Nord tire", "Corée du Nord"),
    ("fr", "armee", "L’armée avance", "armée"),
    ("ru", "ракет(а|ы|у)", "Пуск ракеты удался", "ракеты"),
    ("ru", "ракет(а|ы|у)", "Ракетка теннисиста", None),
    ("ru", "ракет(н*|ы)", "Новая ракетница найдена", "ракетница"),
    ("en", "poll ~4 (russian*|german*)", "Poll: half of Russians want talks", "Poll: half of Russians"),
    ("en", "poll ~4 (russian*|german*)", "Poll: half of Swedes want talks", None),
    ("ru", "путин*", "Встреча с Путиным", "Путиным"),
    ("ru", "чьем", "О чьём доме речь", "чьём"),
    ("uk", "київ*", "Обстріл Києва і київських околиць", "київських"),
    ("ko", "북한", "북한이 발사했다", "북한이"),
    ("ko", "북한", "북한에서는 조용하다", "북한에서는"),
    ("ko", "북한", "북한산 등산객", None),
    ("ko", "미사일*", "미사일발사 징후", "미사일발사"),
    ("ko", "*제재*", "대북제재 이행", "대북제재"),
    ("ja", "制裁", "追加制裁を決定", "制裁"),
    ("zh", "导弹", "朝鲜发射弹道导弹", "导弹"),
]


def hits(language: str, term: str, text: str) -> list[str]:
    matcher = Matcher([Term(Role.CONCEPT, 0, term, language, pattern) for pattern in compile_term(term, language)])
    folded = fold(text)
    return [text[slice(*folded.span(hit.start, hit.end))] for hit in matcher.find(folded.text, frozenset({language}))]


@pytest.mark.parametrize(("language", "term", "text", "expected"), FINDS)
def test_a_term_finds_its_forms_and_nothing_else(language: str, term: str, text: str, expected: str | None) -> None:
    found = hits(language, term, text)
    if expected is None:
        assert found == []
    elif "*" in term and term.startswith("*"):
        assert found
        assert found[0].endswith(expected) or expected in found[0] or found[0] in expected
    else:
        assert expected in found or any(expected.startswith(part) for part in found)


@pytest.mark.parametrize("term", ["", "--", "* *", "tro*ps", "(a|b)", "Пyтин", "troops ~3 --"])
def test_a_term_that_can_never_match_is_refused(term: str) -> None:
    with pytest.raises(TermError):
        compile_term(term, "en")


def test_terms_of_other_languages_are_left_alone() -> None:
    matcher = Matcher([Term(Role.CONCEPT, 0, "die", "de", compile_term("die", "de")[0])])
    assert matcher.find("they die young", frozenset({"en"})) == []
    assert len(matcher.find("they die young", frozenset({"en", "de"}))) == 1


ODD = [*"aé \u0301\xad½İﬁß-–\u1112\u1161\u11ab한ёЁ\x00\u200bＫŉ\n", "\ud800", "  ", " - "]
TEXT = st.lists(st.one_of(st.text(max_size=3), st.sampled_from(ODD)), max_size=20).map("".join)


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_folding_keeps_the_way_back(text: str) -> None:
    folded = fold(text)
    bounds = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start <= end <= len(text) for start, end in bounds)
    assert [start for start, _ in bounds] == sorted(start for start, _ in bounds)
    folded.text.encode()


@given(TEXT, st.text(alphabet="abcdefgh", min_size=3, max_size=8), TEXT)
@settings(max_examples=100, deadline=None)
def test_a_word_is_found_where_it_stands(before: str, word: str, after: str) -> None:
    text = f"{before} {word.upper()} {after}"
    found = hits("en", word, text)
    assert word.upper() in found or word in [part.lower() for part in found]


def small(**changes: object) -> Watchlist:
    parts: dict[str, object] = {
        "tags": (TagSpec(id="alpha", title="Alpha"),),
        "concepts": (
            Concept(
                id="move",
                tags=("alpha",),
                weight=6,
                terms={"en": ("troops", "war")},
                exclude={"en": ("price war",)},
            ),
        ),
        "actors": (Actor(id="ruritania", scope=1, terms={"en": ("ruritania",)}),),
        "masks": {"en": ("ruritania roulette",)},
        "backgrounds": (Background(id="reason", reach=5, factor=0.1, terms={"en": ("because of",)}),),
        "weights": Weights(),
        "version": "1",
    }
    return Watchlist.model_validate({**parts, **changes})


def test_scope_exclusions_masks_and_background_decide() -> None:
    tagger = Tagger(small())
    assert tagger.tag("Ruritania sends troops", "").tags == ("alpha",)
    assert tagger.tag("Syldavia sends troops", "").tags == ()
    assert tagger.tag("Price war in Ruritania", "").tags == ()
    assert tagger.tag("Ruritania roulette kills troops", "").tags == ()
    assert tagger.tag("Ruritania pays because of its troops", "").tags == ()


def test_a_required_companion_must_be_named() -> None:
    concept = Concept(id="move", tags=("alpha",), weight=6, terms={"en": ("troops",)}, require=("syldavia",))
    actors = (
        Actor(id="ruritania", scope=1, terms={"en": ("ruritania",)}),
        Actor(id="syldavia", terms={"en": ("syldavia",)}),
        Actor(id="neighbour", scope=1, require=("syldavia",), terms={"en": ("the north",)}),
    )
    tagger = Tagger(small(concepts=(concept,), actors=actors))
    assert tagger.tag("Ruritania sends troops", "").tags == ()
    assert tagger.tag("Ruritania sends troops to Syldavia", "").tags == ("alpha",)
    assert tagger.tag("The north sends troops", "").actors == ()
    assert "neighbour" in tagger.tag("The north sends troops to Syldavia", "").actors


def test_an_actor_may_need_a_concept_beside_it() -> None:
    actors = (Actor(id="kim", scope=1, require=("move",), terms={"en": ("kim",)}),)
    tagger = Tagger(small(actors=actors))
    assert tagger.tag("Kim reviews troops", "").tags == ("alpha",)
    assert tagger.tag("Kim wins an award", "").actors == ()


def test_a_place_of_the_text_is_evidence_once_in_the_language_of_the_item() -> None:
    concept = Concept(id="move", tags=("alpha",), weight=6, terms={"ru": ("танк*",), "uk": ("танк*",)})
    tagger = Tagger(small(concepts=(concept,), actors=(Actor(id="rur", scope=1, terms={"any": ("руритания",)}),)))
    for language in ("ru", "uk"):
        evidence = tagger.tag("Руритания вводит танки", "", language=language).evidence
        assert [part.language for part in evidence if part.concept == "move"] == [language]
