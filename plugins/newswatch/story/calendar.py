"""Days, months, ordinals and small numbers in words, in seven languages: stems as they look after ``fold``."""

from __future__ import annotations

#: Monday first; ``$`` ends a whole word
WEEKDAYS: dict[str, str] = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "de": "montag dienstag mittwoch donnerstag freitag samstag,sonnabend sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "ru": "понедельник вторник сред$,среду$,среда$,среды$ четверг пятниц суббот воскресен",
    "uk": "понеділ,понеділк вівтор середа$,середу$,середи$ четвер пятниц субот неділ",
    "ko": "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
}
MONTHS: dict[str, str] = {
    "en": "january,jan$ february,feb$ march$,mar$ april,apr$ may$ june,jun$ july,jul$ august,aug$ "
    "september,sept$,sep$ october,oct$ november,nov$ december,dec$",
    "nl": "januari februari maart april mei$ juni juli augustus september oktober november december",
    "de": "januar,janner februar marz april mai$ juni juli august september oktober november dezember",
    "fr": "janvier fevrier mars$ avril mai$ juin$ juillet aout septembre octobre novembre decembre",
    "ru": "январ,янв$ феврал,фев$ март,мар$ апрел,апр$ май$,мая$,мае$ июн июл август,авг$ сентябр,сен$ октябр,окт$ "
    "ноябр,ноя$ декабр,дек$",
    "uk": "січн,січень лют березн,березень квіт травн,травень червн,червень липн,липень серпн,серпень вересн,вересень "
    "жовтн,жовтень листопад грудн,грудень",
    "ko": "",
}
#: words that name a day by its distance from the day of publication
RELATIVE: dict[str, dict[str, int]] = {
    "en": {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1},
    "nl": {"vandaag": 0, "gisteren": -1, "gisteravond": -1, "vanavond": 0, "vanochtend": 0, "vanmorgen": 0},
    "de": {"heute": 0, "gestern": -1},
    "fr": {"aujourdhui": 0, "hier": -1, "demain": 1},
    "ru": {"сегодня": 0, "вчера": -1, "завтра": 1},
    "uk": {"сьогодні": 0, "вчора": -1, "учора": -1, "завтра": 1},
    "ko": {"오늘": 0, "어제": -1, "내일": 1},
}
NUMBERS: dict[str, str] = {
    "en": "one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 "
    "fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50",
    "nl": "twee=2 drie=3 vier=4 vijf=5 zes=6 zeven=7 acht=8 negen=9 tien=10 elf=11 twaalf=12 dertien=13 veertien=14 "
    "vijftien=15 zestien=16 zeventien=17 achttien=18 negentien=19 twintig=20 dertig=30 veertig=40 vijftig=50",
    "de": "zwei=2 drei=3 vier=4 funf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwolf=12 dreizehn=13 vierzehn=14 "
    "funfzehn=15 sechzehn=16 siebzehn=17 achtzehn=18 neunzehn=19 zwanzig=20 dreissig=30 vierzig=40 funfzig=50",
    "fr": "deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 neuf=9 dix=10 onze=11 douze=12 treize=13 quatorze=14 "
    "quinze=15 seize=16 dix-sept=17 dix-huit=18 dix-neuf=19 vingt=20 trente=30 quarante=40 cinquante=50",
    "ru": "два=2 две=2 двух=2 двое=2 три=3 трех=3 трое=3 четыре=4 четырех=4 четверо=4 пять=5 пяти=5 пятеро=5 шесть=6 "
    "шести=6 шестеро=6 семь=7 семи=7 восемь=8 восьми=8 девять=9 девяти=9 десять=10 десяти=10 двенадцать=12 "
    "пятнадцать=15 двадцать=20 тридцать=30 один=1 одна=1",
    "uk": "два=2 дві=2 двох=2 двоє=2 три=3 трьох=3 троє=3 чотири=4 чотирьох=4 четверо=4 пять=5 пяти=5 пятеро=5 "
    "пятьох=5 шість=6 шести=6 шестеро=6 шістьох=6 сім=7 семи=7 семеро=7 вісім=8 восьми=8 девять=9 десять=10 "
    "дванадцять=12 пятнадцять=15 двадцять=20 тридцять=30 один=1 одна=1",
    "ko": "한명=1 두명=2 세명=3 네명=4 다섯=5 여섯=6 일곱=7 여덟=8 아홉=9 열명=10",
}
ORDINALS: dict[str, str] = {
    "en": "first=1 second=2 third=3 fourth=4 fifth=5 sixth=6 seventh=7 eighth=8 ninth=9 tenth=10 eleventh=11 "
    "twelfth=12 thirteenth=13 fourteenth=14 fifteenth=15 sixteenth=16 seventeenth=17 eighteenth=18 nineteenth=19 "
    "twentieth=20",
    "nl": "eerste=1 tweede=2 derde=3 vierde=4 vijfde=5 zesde=6 zevende=7 achtste=8 negende=9 tiende=10 elfde=11 "
    "twaalfde=12 dertiende=13 veertiende=14 vijftiende=15 zestiende=16 zeventiende=17 achttiende=18 negentiende=19 "
    "twintigste=20",
    "de": "erst=1 zweit=2 dritt=3 viert=4 funft=5 sechst=6 siebt=7 acht=8 neunt=9 zehnt=10 elft=11 zwolft=12 "
    "dreizehnt=13 vierzehnt=14 funfzehnt=15 sechzehnt=16 siebzehnt=17 achtzehnt=18 neunzehnt=19 zwanzigst=20",
    "fr": "premier=1 premiere=1 deuxieme=2 seconde=2 troisieme=3 quatrieme=4 cinquieme=5 sixieme=6 septieme=7 "
    "huitieme=8 neuvieme=9 dixieme=10 onzieme=11 douzieme=12 treizieme=13 quatorzieme=14 quinzieme=15 seizieme=16 "
    "dix-septieme=17 dix-huitieme=18 dix-neuvieme=19 vingtieme=20",
    "ru": "перв=1 втор=2 треть=3 трети=3 четверт=4 пят=5 шест=6 седьм=7 восьм=8 девят=9 десят=10 одиннадцат=11 "
    "двенадцат=12 тринадцат=13 четырнадцат=14 пятнадцат=15 шестнадцат=16 семнадцат=17 восемнадцат=18 девятнадцат=19 "
    "двадцат=20",
    "uk": "перш=1 друг=2 трет=3 четверт=4 пят=5 шост=6 сьом=7 восьм=8 девят=9 десят=10 одинадцят=11 дванадцят=12 "
    "тринадцят=13 чотирнадцят=14 пятнадцят=15 шістнадцят=16 сімнадцят=17 вісімнадцят=18 девятнадцят=19 двадцят=20",
    "ko": "첫번째=1 두번째=2 세번째=3 네번째=4 다섯번째=5 여섯번째=6",
}
#: what a declined ordinal ends in, where ``ORDINALS`` has stems
ORDINAL_ENDINGS: dict[str, str] = {
    "de": "e en er es em",
    "ru": "ый ий ой ого его ому ему ым им ом ем ая яя ую юю ые ие ых их ое ее",
    "uk": "ий ій ого ього ому ьому им ім а я у ю і их іх е є ої ьої",
}
#: nouns that number the members of a series: with such a neighbour a number is a name
SERIES = """
 en: package tranche round batch phase edition episode part no number resolution flight mission case session summit
     reactor unit brigade regiment battalion article amendment day week month quarter launch volume chapter test
 nl: pakket tranche ronde fase aflevering deel nummer nr resolutie vlucht missie zaak zitting top reactor brigade
     artikel dag week maand kwartaal lancering sanctiepakket blok proef
 de: paket tranche runde phase folge teil nummer nr resolution flug mission fall sitzung gipfel reaktor brigade artikel
     tag woche monat quartal start sanktionspaket block
 fr: paquet tranche tour cycle phase edition episode partie numero n resolution vol mission affaire session sommet
     reacteur brigade article jour semaine mois trimestre lancement volet essai
 ru: пакет транш раунд этап выпуск серия часть номер резолюци рейс миссия дело заседани саммит энергоблок реактор бригад
     полк стать день дня неделя квартал пуск запуск
 uk: пакет транш раунд етап випуск серія частина номер резолюці рейс місія справ засідан саміт енергоблок реактор бригад
     полк статт день доба тиждень квартал пуск запуск
 ko: 차 호 호기 회 제 번째 여단 조 분기 단계 탄
"""
