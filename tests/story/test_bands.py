"""Bands find candidates: copies share one, and their number is bounded."""

from __future__ import annotations

import re
from collections import defaultdict
from hashlib import blake2b

import pytest
from bench import eval_stories
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newswatch.story import bands
from newswatch.story.bands import words
from newswatch.story.fold import fold


def test_copies_share_a_band_with_their_story() -> None:
    found: dict[str, list[set[str]]] = defaultdict(list)
    for item in sorted(eval_stories.load(), key=lambda one: one["published"]):
        found[item["story"]].append(set(bands(item["title"], item["summary"], language=item["lang"])))
    copies = [(one, rest) for first, *others in found.values() for one in others for rest in [first]]
    alone = [one for one, first in copies if one.isdisjoint(first)]
    assert len(alone) <= 0.01 * len(copies)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400), st.text(max_size=4000))
def test_they_are_few_and_the_same_every_time(title: str, summary: str) -> None:
    found = bands(title, summary)
    assert len(found) <= 26
    assert found == bands(title, summary)
    assert len(set(found)) == len(found)


def test_a_long_text_has_no_more_bands_than_a_short_one() -> None:
    assert len(bands("A title", "many different words stand here " * 10_000)) <= 26


def test_no_words_have_no_bands() -> None:
    assert bands("", "12 34 …") == ()


def test_content_stands_in_for_a_missing_summary() -> None:
    text = "A Russian missile hit an apartment block in Dnipro and rescuers searched the rubble"
    assert set(bands("", text)) & set(bands("", "", text))


#: bands stand in the index: texts of before must go on having the ones of before
KEPT = {
    "A Russian missile hit Kyiv's apartment block (nine-storey) on Tuesday, killing 12; rescuers dig": "be75019f662e",
    "Nach dem Überfall sprach Präsident Selenskyj von 476 Drohnen und größeren Schäden in Ternopil": "a2d4ae30357a",
    "L’armée n'a pas été prévenue : l'été dernier, la frégate d'Ouessant s'était déjà éloignée": "f7fb46efc735",
    "Российский «Искандер» попал в девятиэтажный дом; ещё 12 человек погибли — сообщил губернатор": "35ca1c1fb72f",
    "У п'ятницю російська ракета влучила в дев’ятиповерховий будинок; її уламки знайшли рятувальники": "b6f008980958",
    "국방부는 7일 북한이 동해상으로 탄도미사일을 발사했다고 밝혔다. 합참은 'SRBM' 2발이라고 했다": "bb4e14756892",
    "防衛省は7日、北朝鮮が日本海に向けて弾道ミサイルを発射したと発表した。カイロでも": "e6913cb84cf4",
    "Thủ tướng Việt Nam thăm Hà Nội sau cơn bão; người dân đang dọn dẹp đường phố": "806b6504fb3c",
    "🔴 Breaking: the minister resigned after the vote 🗳 in parliament, officials say": "f7ed235d0183",
}


@pytest.mark.parametrize(("text", "expected"), KEPT.items())
def test_bands_stay_what_they_were(text: str, expected: str) -> None:
    found = " ".join((*bands(text, ""), *bands("", f"{text}. {text[::-1]}")))
    assert blake2b(found.encode(), digest_size=6).hexdigest() == expected


#: letters, marks, blanks and signs that fold to something else, to several or to nothing
ODD = "aBzé'’ʼ-_1.,\u0301\u0308ёйїДß½ﬁﷺ²Σς\xad\u200b\xa0\u2003\n¨\u1100\u1161ㅏ가한日カㇰ⼈\U0002f800🈁🔴ﾊ\ud800"


@given(st.text(st.sampled_from(ODD + " "), max_size=300))
@example("한" + "a" * 300 + " word")
@example("word " + "b'" * 150 + " 한국 북한 cdefgh")
@example("ﷺ" * 15 + " 한국 북한 cdefgh")
def test_word_by_word_is_the_same_as_the_whole_text(text: str) -> None:
    folded = fold(text)
    runs = re.findall(r"[^\W\d_]+", folded)
    if re.search("[가-힣]", folded[:200]):
        assert words(text) == [run[:2] for run in runs if len(run) > 1]
    elif re.search("[\u3040-\u30ff\u4e00-\u9fff]", folded[:200]):
        letters = "".join(runs)
        assert words(text) == [letters[at : at + 2] for at in range(len(letters) - 1)]
    else:
        assert words(text) == re.findall(r"\b[^\W\d_]{4,5}", folded)
