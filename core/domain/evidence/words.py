"""Names of months, weekdays and zones as logs and letters write them."""

# ruff: noqa: E501, RUF001 - tables of words of many languages, one row a month

from __future__ import annotations

from typing import Final

_MONTHS: Final = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari jän jänner tammikuu stycznia січня янв января ocak 1月",
    "feb february februar février févr fév fevrier fevr febrero febbraio fevereiro fev februari lutego фев февр февраля şubat",
    "mar march märz mär mrz maerz mars marzo março marco maart mrt marca мар марта mart",
    "apr april avril avr abril abr aprile kwietnia апр апреля nisan",
    "may mai mayo mag maggio maio mei maj maja мая май mayıs",
    "jun june juni juin junio giugno giu junho czerwca июн июня haziran",
    "jul july juli juillet juil julio luglio lug julho lipca июл июля temmuz",
    "aug august août aout agosto ago augustus augusti sierpnia авг августа ağustos",
    "sep sept september septembre septiembre settembre set setembro września сен сент сентября eylül",
    "oct october okt oktober octobre octubre ottobre ott outubro out października окт октября ekim",
    "nov november novembre noviembre novembro listopada ноя нояб ноября kasım",
    "dec december dez dezember décembre déc decembre diciembre dic dicembre dezembro grudnia дек декабря aralık",
)

MONTHS: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Number of a month by its lower-case name, without the dot of an abbreviation."""

WEEKDAYS: Final = frozenset(
    [
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "wednesday",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
        "sun",
        "sunday",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonnabend",
        "sonntag",
        "lun",
        "mar",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "mié",
        "jue",
        "vie",
        "sáb",
        "dom",
        "gio",
        "gen",
        "sab",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "ma",
        "wo",
        "vr",
        "za",
        "zo",
        "mån",
        "tis",
        "ons",
        "tor",
        "lör",
        "sön",
        "пн",
        "вт",
        "ср",
        "чт",
        "пт",
        "сб",
        "вс",
        "周一",
        "星期一",
    ]
)
"""Names that can stand before a date and tell nothing that the date does not."""

WORD_OFFSETS: Final = {
    "WET": 0, "WEST": 60, "CET": 60, "MET": 60, "CEST": 120, "MEST": 120, "MESZ": 120, "MEZ": 60, "EET": 120,
    "EEST": 180, "SAST": 120, "CAT": 120, "WAT": 60, "EAT": 180, "MSK": 180, "MSD": 240, "TRT": 180, "GST": 240,
    "PKT": 300, "WIB": 420, "ICT": 420, "HKT": 480, "SGT": 480, "PHT": 480, "MYT": 480, "AWST": 480, "JST": 540,
    "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "NST": -210, "NDT": -150, "ADT": -180,
    "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540,
    "AKDT": -480, "HST": -600, "BRT": -180, "ART": -180, "CLT": -240,
}  # fmt: skip
"""Minutes east of Greenwich of words that mean one offset in practice."""

WORD_CHOICES: Final = {
    "CST": (480, -360, -300),
    "IST": (330, 120, 60),
    "BST": (60, 360),
    "AST": (-240, 180),
}
"""Minutes east of Greenwich of words that mean several: China, central America, Cuba; India, Israel, Ireland; …"""
