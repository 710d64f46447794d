"""One difference at a time: what the verifier says of two items, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newswatch.model.story import StoryText
from newswatch.story import Reason, judge, read

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
BASE = (
    "European Union ambassadors agreed on Monday a 20th package of sanctions against Russia, targeting banks, oil "
    "tankers and 43 ships, diplomats said. Hungary had held up the measures for two weeks."
)
LOSSES = (
    "Russia has lost 1,140 troops and 7 tanks in Ukraine over the past day, the General Staff said. Total losses now "
    "stand at about 1,262,310 troops, it said."
)


def text(
    summary: str, hours: float = 0, title: str = "A headline", language: str = "en", publisher: str = ""
) -> StoryText:
    return StoryText(str(hours), language, title, summary, publisher, NOON + timedelta(hours=hours))


def reason(one: str, other: str, hours: float = 2, language: str = "en") -> Reason:
    return judge(read(text(one, language=language)), read(text(other, hours, "Another one", language))).reason


@pytest.mark.parametrize(
    "copy",
    [
        BASE.split(". ")[0] + ".",
        BASE[:90] + "…",
        BASE[:95] + " [...]",
        "BRUSSELS, March 2 (Reuters) - " + BASE,
        "BREAKING: " + BASE + " Sign up here for our newsletter. All rights reserved.",
        "By Jane Miller - " + BASE,
        "Jane Miller in Brussels and agencies. Tue 3 Mar 2026 11.00 CET. " + BASE,
        "By Jane Miller, Senior Reporter. Updated 3 hours ago. What to know: " + BASE,
        "Have you heard our new podcast yet? " + BASE,
        BASE + " The bloc has frozen 210 billion euros of Russian assets since February 2022.",
        "Hungary had held up the measures for two weeks. " + BASE.split(". ")[0] + ".",
        BASE.replace("ambassadors", "ambasadors").replace("measures", "meausres"),
        BASE.replace("20th", "twentieth").replace("two weeks", "2 weeks").replace("Monday", "2 March"),
        BASE.replace("43 ships", "45 ships"),
        BASE.replace("European Union", "EU"),
        "A headline. " + BASE,
    ],
)
def test_copies(copy: str) -> None:
    assert reason(BASE, copy) is Reason.COPY


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (BASE.replace("Monday", "Wednesday"), Reason.DAY),
        (BASE.replace("Monday", "4 March"), Reason.DAY),
        (BASE.replace("20th", "21st"), Reason.SERIES),
        (BASE.replace("agreed on Monday a", "formally adopted the"), Reason.STAGE),
        (BASE.replace("agreed on Monday", "will discuss").replace(" against", " on Monday against"), Reason.STAGE),
        (BASE.replace("Russia", "Iran"), Reason.STAGE),
        (BASE.replace("diplomats said", "Orban said"), Reason.COPY),
        (
            "The Kremlin condemned the move as illegal and promised a response that would hurt. " + BASE,
            Reason.LEAD,
        ),
        ("Oil prices rose after drones had hit an export terminal on the Black Sea, traders said.", Reason.WORDS),
    ],
)
def test_look_alikes(other: str, why: Reason) -> None:
    assert reason(BASE, other) is why


def test_figures_put_right_the_same_day_are_one_story_and_those_of_a_new_period_are_not() -> None:
    corrected = LOSSES.replace("1,140", "1,410")
    assert reason(LOSSES, corrected, 3) is Reason.COPY
    assert reason(LOSSES, corrected, 24) is Reason.FIGURES
    assert reason(LOSSES, LOSSES, 24) is Reason.COPY


def test_a_total_that_grew_by_what_is_reported_is_a_new_period_even_hours_later() -> None:
    later = LOSSES.replace("1,140", "980").replace("1,262,310", "1,263,290")
    assert reason(LOSSES, later, 5) is Reason.FIGURES


def test_names_exchanged_in_one_place() -> None:
    orban, fico = (BASE.replace("diplomats said", f"Prime Minister {name} said") for name in ("Orban", "Fico"))
    assert reason(BASE, BASE.replace("diplomats", "envoys")) is Reason.COPY
    assert reason(orban, fico) is Reason.NAMES


def test_spellings_of_one_name_are_one_name() -> None:
    one = "President Volodymyr Zelenskiy visited wounded soldiers in Odesa and Kharkiv, his office said on Sunday."
    other = "President Volodymyr Zelensky visited wounded soldiers in Odessa and Kharkov, his office said on Sunday."
    assert reason(one, other) is Reason.COPY


def test_live_pages_are_one_a_day_and_publisher() -> None:
    def page(title: str, summary: str, hours: float, publisher: str = "sky") -> StoryText:
        return text(summary, hours, title, publisher=publisher)

    first = read(page("Ukraine war live: missiles hit Kyiv", "Explosions were heard in Kyiv on Tuesday morning.", 0))
    later = read(page("Ukraine war live: talks in Geneva", "Envoys of both sides have arrived in Geneva.", 6))
    tomorrow = read(page("Ukraine war live: missiles hit Kyiv", "Explosions were heard in Kyiv.", 24))
    other = read(page("Budget live: taxes to rise", "The chancellor is about to speak to the house.", 3))
    assert judge(first, later).reason is Reason.LIVE
    assert not judge(first, tomorrow).same
    assert not judge(first, other).same


def test_an_advertisement_for_itself_says_nothing() -> None:
    advert = "Sign up here to get our newsletter"
    one, other = (text(advert, hours, title) for hours, title in ((0, "The water issue"), (1, "Why data centres hum")))
    assert not judge(read(one), read(other)).same


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        (
            "nl",
            "Bij een brand in een flat in Rotterdam zijn donderdag drie mensen om het leven gekomen, meldt de politie.",
            "ROTTERDAM (ANP) - Bij een brand in een flat in Rotterdam zijn donderdag 3 mensen om het leven gekomen, "
            "meldt de politie. Lees ook: brand in Utrecht",
        ),
        (
            "de",
            "Der Bundestag hat am Donnerstag das Gesetz für einen neuen Wehrdienst mit 323 Stimmen verabschiedet.",
            "Berlin (dpa) - Der Bundestag hat am 5. März das Gesetz für einen neuen Wehrdienst mit 323 Stimmen "
            "verabschiedet. Alle Rechte vorbehalten.",
        ),
        (
            "fr",
            "L'Allemagne a annoncé mardi une aide militaire de 1,5 milliard d'euros à l'Ukraine pour ses drones.",
            "BERLIN (AFP) - L’Allemagne a annoncé mardi une aide militaire de 1.500 millions d’euros à l’Ukraine pour "
            "ses drones.",
        ),
        (
            "ru",
            "Силы ПВО за ночь сбили двенадцать украинских беспилотников над Брянской областью, сообщило Минобороны.",
            "МОСКВА, 3 мар - РИА Новости. Силы ПВО за ночь сбили 12 украинских беспилотников над Брянской областью, "
            "сообщило Минобороны. Читайте также: погода",
        ),
        (
            "uk",
            "Уночі російські дрони атакували порт Одеси, поранені двоє людей, повідомив голова ОВА Олег Кіпер.",
            "КИЇВ. УНІАН. Уночі російські дрони атакували порт Одеси, поранені 2 людей, повідомив голова ОВА Олег "
            "Кипер. Підписуйтесь на канал",
        ),
        (
            "ko",
            "북한이 3일 오전 동해상으로 단거리 탄도미사일 2발을 발사했다고 합동참모본부가 밝혔다.",
            "(서울=연합뉴스) 김민수 기자 = 북한이 3일 오전 동해상으로 단거리 탄도미사일 2발을 발사했다고 "
            "합동참모본부는 밝혔다. 무단 전재 및 재배포 금지",
        ),
    ],
)
def test_dress_and_style_in_other_languages(language: str, one: str, other: str) -> None:
    assert reason(one, other, language=language) is Reason.COPY


@pytest.mark.parametrize(
    ("language", "report", "later"),
    [
        (
            "en",
            "Russia's lower house ratified a defence treaty with North Korea on Thursday, a pact that binds each side "
            "to help the other in the event of an armed attack.",
            "South Korea on Thursday called its security council after Russia's lower house ratified a defence treaty "
            "with North Korea, a pact that binds each side to help the other in the event of an armed attack.",
        ),
        (
            "ko",
            "북한이 3일 오전 평안북도 일대에서 동해상으로 단거리 탄도미사일 여러 발을 발사했다고 군 당국이 밝혔다.",
            "미국 국무부는 북한이 3일 오전 평안북도 일대에서 동해상으로 단거리 탄도미사일 여러 발을 발사한 것과 관련해 "
            "동맹국과 협의하고 있다고 밝혔다.",
        ),
        (
            "ko",
            "북한이 3일 오전 평안북도 일대에서 동해상으로 단거리 탄도미사일 여러 발을 발사했다고 군 당국이 밝혔다.",
            "국가안보실은 북한이 3일 오전 평안북도 일대에서 동해상으로 단거리 탄도미사일 여러 발을 발사하자 "
            "상임위원회를 긴급 소집했다.",
        ),
    ],
)
def test_an_earlier_report_that_hangs_on_a_new_clause_about_another_actor_is_a_reaction(
    language: str, report: str, later: str
) -> None:
    assert reason(report, later, language=language) is Reason.STAGE
    assert reason(later, report, language=language) is Reason.STAGE


def test_a_regret_or_concern_is_a_reaction() -> None:
    other = BASE.replace("agreed on Monday", "voiced concern on Monday as they agreed")
    assert reason(BASE, other) is Reason.STAGE


def test_the_figures_of_another_part_of_the_day_are_of_a_new_period() -> None:
    night = "Air defences shot down 44 drones, 19 over Bryansk, 12 over Kursk and four over the sea, the ministry said."
    day = "Air defences shot down 11 drones, 6 over Bryansk, three over Kursk and two over the sea, the ministry said."
    put_right = night.replace("44", "43")
    assert reason(night, day, hours=8) is Reason.FIGURES
    assert reason(night, day, hours=1) is Reason.COPY
    assert reason(night, put_right, hours=8) is Reason.COPY


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        (
            "en",
            "Three people were killed in Odesa overnight, said governor Oleh Kiper, and a house was hit.",
            "Three people were killed in Odesa overnight, said governor Oleg Kiper, and a house was hit.",
        ),
        (
            "ru",
            "Переговоры в Вонсане провели глава МИД России Лавров и министр иностранных дел КНДР Цой Сон Хи.",
            "Переговоры в Вонсане провели глава МИД РФ Лавров и министр иностранных дел Северной Кореи Чхве Сон Хи.",
        ),
        (
            "ru",
            "КНДР отправит в Курскую область 5000 строителей, заявил секретарь Совбеза РФ Сергей Шойгу в Пхеньяне.",
            "КНДР отправит в Курскую область 5000 строителей, заявил секретарь Совета безопасности России Сергей "
            "Шойгу в Пхеньяне.",
        ),
        (
            "de",
            "Bei einem Angriff auf Odessa sind zwei Menschen getötet worden. Das teilte der Gouverneur mit.",
            "Bei einem Angriff auf Odessa sind zwei Menschen getötet worden, wie die Deutsche Presse-Agentur unter "
            "Berufung auf den Gouverneur meldet.",
        ),
    ],
)
def test_transliterations_and_short_names_of_countries(language: str, one: str, other: str) -> None:
    assert reason(one, other, language=language) is Reason.COPY


@pytest.mark.parametrize(
    ("language", "one", "other", "why"),
    [
        (
            "de",
            "Die Luftwaffe hat in der Nacht zum 2. März nach eigenen Angaben 406 von 458 Drohnen abgewehrt.",
            "Die Luftwaffe hat in der Nacht zum 2.3. nach eigenen Angaben 406 von 458 Drohnen abgewehrt.",
            Reason.COPY,
        ),
        (
            "de",
            "Die Luftwaffe hat in der Nacht zum 2. März nach eigenen Angaben 406 von 458 Drohnen abgewehrt.",
            "Die Luftwaffe hat in der Nacht zum 1.3. nach eigenen Angaben 406 von 458 Drohnen abgewehrt.",
            Reason.DAY,
        ),
        (
            "uk",
            "У ніч на вівторок дрони СБУ вразили нафтовий термінал у порту та пускову установку С-400.",
            "У ніч на вівторок дрони СБУ вразили нафтовий термінал у порту та пускову установку С-300/400.",
            Reason.COPY,
        ),
        (
            "uk",
            "У ніч на вівторок дрони СБУ вразили на аеродромі в Криму винищувач Су-34 та склад пального.",
            "У ніч на вівторок дрони СБУ вразили на аеродромі в Криму винищувач Су-35 та склад пального.",
            Reason.SERIES,
        ),
        (
            "uk",
            "За минулу добу Сили оборони знищили 860 окупантів, 5 танків та 21 артилерійську систему ворога.",
            "За минулу добу Сили оборони ліквідували 860 окупантів, 5 танків та 21 артилерійську систему ворога.",
            Reason.COPY,
        ),
        (
            "ko",
            "통일부는 2일 북한이 군사분계선 기준선 설정을 위한 군사회담 제안에 호응하라고 촉구했다.",
            "통일부는 2일 북한이 군사분계선 기준선 설정을 위한 군사회담 제안에 호응할 것을 촉구했다.",
            Reason.COPY,
        ),
    ],
)
def test_dates_types_and_verbs_in_other_languages(language: str, one: str, other: str, why: Reason) -> None:
    assert reason(one, other, language=language) is why
