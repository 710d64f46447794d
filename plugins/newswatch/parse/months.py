"""Names of the months in 24 languages, from the Unicode CLDR (wide, abbreviated, in and out of a date).

Folded: lower case, no accents, no full stop. Generated once with Babel; a name means the same month in all of them.
"""

from __future__ import annotations

_NAMES = (
    "ene enero gen gennaio ian ianuarie jan janeiro januar januara januari january janv janvier led leden ledna oca "
    "ocak sty styczen stycznia tammi tammikuu tammikuuta ιαν ιανουαριοσ ιανουαριου сту студзень студзеня січ січень "
    "січня янв январь января яну януари јан јануар",
    "feb febbraio febr febrero februar februara februari februarie february fev fevereiro fevr fevrier helmi "
    "helmikuu helmikuuta lut lutego luty sub subat uno unor unora φεβ φεβρουαριοσ φεβρουαριου лют лютага лютии "
    "лютого люты феб фебруар фев февр февраль февраля февруари",
    "bre brezen brezna maalis maaliskuu maaliskuuta maart maerz mar marc marca march marcius marco marec maret mars "
    "mart martie marts marz marzec marzo mrt μαρ μαρτιοσ μαρτιου бер березень березня мар март марта сак сакавік "
    "сакавіка",
    "abr abril apr april aprila aprile aprilie aprilis avr avril dub duben dubna huhti huhtikuu huhtikuuta kwi "
    "kwiecien kwietnia nis nisan απρ απριλιοσ απριλιου апр апрель апреля април квіт квітень квітня кра красавік "
    "красавіка",
    "kve kveten kvetna mag maggio mai maio maj maja majus may mayo mayıs mei touko toukokuu toukokuuta μαι μαιοσ "
    "μαιου маи мая мај трав травень травня",
    "cerven cervna cvn cze czerwca czerwiec giu giugno haz haziran iun iunie juin jun juna june junho juni junio "
    "junius kesa kesakuu kesakuuta ιουν ιουνιοσ ιουνιου июн июнь июня черв червень червня чэр чэрвень чэрвеня юн "
    "юни јун",
    "cervence cervenec cvc heina heinakuu heinakuuta iul iulie juil juillet jul jula julho juli julio julius july "
    "lip lipca lipiec lug luglio tem temmuz ιουλ ιουλιοσ ιουλιου июл июль июля лип липень липня ліп ліпень ліпеня "
    "юли јул",
    "ago agosto agu agustos agustus aout aug august augusta augusti augustus augusztus elo elokuu elokuuta sie "
    "sierpien sierpnia srp srpen srpna αυγ αυγουστοσ αυγουστου авг август августа жні жнівень жніуня серп серпень "
    "серпня",
    "eyl eylul sep sept september septembra septembre septembrie septiembre set setembro settembre syys syyskuu "
    "syyskuuta szept szeptember wrz wrzesien wrzesnia zar zari σεπ σεπτεμβριοσ σεπτεμβριου вер верасень верасня "
    "вересень вересня сен сент сентябрь сентября сеп септембар септември",
    "eki ekim loka lokakuu lokakuuta oct october octobre octombrie octubre okt oktober oktobra ott ottobre out "
    "outubro paz pazdziernik pazdziernika rij rijen rijna οκτ οκτωβριοσ οκτωβριου жовт жовтень жовтня кас "
    "кастрычнік кастрычніка окт октобар октомври октябрь октября",
    "kas kasım lis listopad listopada listopadu marras marraskuu marraskuuta noiembrie nov november novembra "
    "novembre novembro noviembre νοε νοεμβριοσ νοεμβριου лист листопад листопада ліс лістапад лістапада нов "
    "новембар ное ноември нояб ноябрь ноября",
    "ara aralık dec december decembra decembre decembrie des desember dez dezember dezembro dic dicembre diciembre "
    "gru grudnia grudzien joulu joulukuu joulukuuta pro prosince prosinec δεκ δεκεμβριοσ δεκεμβριου груд грудень "
    "грудня дек декабрь декабря декември дец децембар сне снежань снежня",
)

#: folded name of a month → 1-12
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
