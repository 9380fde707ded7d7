"""Units, currencies, and the "a year" of an amount."""

from __future__ import annotations

from rules.scan import Tokens, word_set

SYMBOLS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "cny", "₹": "inr", "₩": "krw"}
CODES = {
    "usd": "usd", "eur": "eur", "gbp": "gbp", "cny": "cny", "rmb": "cny", "inr": "inr", "rs": "inr", "jpy": "jpy",
    "krw": "krw",
    "dollar": "usd", "dollars": "usd", "euro": "eur", "euros": "eur", "yuan": "cny", "renminbi": "cny", "rupee": "inr",
    "rupees": "inr", "won": "krw", "yen": "jpy", "pounds": "gbp", "sterling": "gbp", "francs": "chf", "chf": "chf",
}  # fmt: skip
_PREFIXES = word_set("usd eur gbp cny rmb inr rs jpy krw chf")
BEFORE = frozenset({*SYMBOLS, *_PREFIXES, "us", "r"})
"""The words and signs that a currency before its number can begin with."""
_FOREIGN = word_set("australian canadian hong singapore taiwan nz a c hk")
"""Before "dollars" or "$": not American ones."""
_WEIGHTS = word_set("ton tons tonne tonnes mt mmt t")
_COUNTS = {
    "bushel": "bushels", "bushels": "bushels", "barrel": "barrels", "barrels": "barrels", "units": "units",
    "vehicles": "units",
    "cars": "units", "aircraft": "units", "planes": "units", "jets": "units", "times": "times",
}  # fmt: skip
_GOODS = word_set(
    "barrel bushel kilogram kilo kg ounce pound ton tonne t box carton unit share vehicle car head gallon "
    "litre liter hour gram therm person "
    "container kilowatt mmbtu acre"
)
_TIMES = {"year": "year", "annum": "year", "season": "season", "month": "month", "week": "week", "day": "day"}
_BETWEEN = word_set("more further additional extra full whole other metric us american")


def currency_before(tokens: Tokens, i: int) -> tuple[str, int] | None:
    """A currency that stands before its number: "$", "US$", "EUR". The unit and the number's token."""
    word = tokens.at(i)
    if word not in BEFORE:
        return None
    if word in SYMBOLS:
        foreign = tokens.touches(i) and tokens.at(i - 1) in _FOREIGN
        return ("other" if foreign and word == "$" else SYMBOLS[word]), i + 1
    if word in ("us", "r") and tokens.at(i + 1) == "$" and tokens.touches(i + 1):
        return ("usd" if word == "us" else "brl"), i + 2
    if word in _PREFIXES and (tokens.raw(i).isupper() or word == "rs"):
        return CODES[word], i + 2 if tokens.at(i + 1) == "." and word == "rs" else i + 1
    return None


def unit_at(tokens: Tokens, j: int, number: float) -> tuple[str, float, int] | None:
    """The unit right behind a number: unit, what to multiply by, and the token behind it. Hyphens count as spaces."""
    hyphen = tokens.at(j) == "-" and tokens.touches(j) and tokens.touches(j + 1)
    k = j + hyphen
    for _ in range(2):
        if tokens.at(k) in _BETWEEN and not (tokens.at(k) == "us" and tokens.at(k + 1) == "$"):
            k += 1
    word = tokens.at(k)
    if (
        word in ("%", "percent", "pct", "pc", "percentage")
        or tokens.seq(k, "per", "cent")
        or tokens.seq(k, "per", "-", "cent")
    ):
        return _percent(tokens, k)
    if word in ("point", "points", "pp", "ppt", "ppts"):
        return "points", 1.0, k + 1
    if word in _WEIGHTS:
        return _weight(tokens, j, k, number)
    if word in _COUNTS:
        return (_COUNTS[word], 1.0, k + 1) if word != "times" or number < 1000 else None
    if word in ("u", "us") and tokens.at(k + 1) in (".", "dollars"):
        k += 4 if tokens.seq(k + 1, ".", "s", ".") else 1
        word = tokens.at(k)
    if word in CODES and word != "rs" and word not in _PREFIXES - {"rmb"}:
        return ("other" if tokens.at(k - 1) in _FOREIGN else CODES[word]), 1.0, k + 1
    return (SYMBOLS[word], 1.0, k + 1) if word == "€" else None


def _percent(tokens: Tokens, k: int) -> tuple[str, float, int] | None:
    word = tokens.at(k)
    behind = k + (1 if word != "per" else 3 if tokens.at(k + 1) == "-" else 2)
    if tokens.at(behind) == "-" and tokens.at(behind + 1) in ("point", "points"):
        behind += 1
    if tokens.at(behind) in ("point", "points"):
        return "points", 1.0, behind + 1
    return ("percent", 1.0, behind) if word != "percentage" else None


def _weight(tokens: Tokens, j: int, k: int, number: float) -> tuple[str, float, int] | None:
    word, raw = tokens.at(k), tokens.raw(k)
    if word == "t" and not (tokens.touches(k) or number >= 1e3):
        return None
    millions = word == "mmt" or raw == "Mt" or (raw == "mt" and tokens.touches(j) and number < 1000)
    return "tonnes", 1e6 if millions else 1.0, k + 1


def rate(tokens: Tokens, unit: str, j: int) -> tuple[str, str | None, int]:
    """What stands directly behind: "a tonne" makes a price, "a year" a rate. Unit, per, and the token behind."""
    if tokens.seq(j, "-", "a", "-"):
        j += 1
    word, k = tokens.at(j), j + 1 + (tokens.at(j + 1) == "-")
    if word == "/" or (
        word in ("a", "an", "per", "each", "the", "every") and (not tokens.touches(j) or tokens.at(j - 1) == "-")
    ):
        thing = tokens.at(k)
        thing, k = (tokens.at(k + 1), k + 1) if thing in ("metric", "million") else (thing, k)
        money = unit in SYMBOLS.values() or unit in CODES.values() or unit == "other"
        if money and thing in _GOODS:
            return f"{unit}_per_{'tonne' if thing in ('ton', 't') else thing}", None, k + 1
        if thing in _TIMES and word not in ("the", "/") and _recurs(tokens, j, k):
            return unit, _TIMES[thing], k + 1
    if word in ("annually", "yearly"):
        return unit, "year", j + 1
    return unit, None, j


def _recurs(tokens: Tokens, j: int, k: int) -> bool:
    """Whether "a year" at tokens [j, k] says how often, and not when or how long."""
    if tokens.at(k + 1) in (
        "ago",
        "later",
        "earlier",
        "before",
        "after",
        "from",
        "ahead",
        "early",
        "late",
        "long",
        "-",
    ):
        return False
    return tokens.at(j - 1) not in ("for", "in", "within", "over", "by", "of", "after", "once", "twice", "half", "and")


def recurring(tokens: Tokens, first: int, last: int) -> str | None:
    """How often an amount at tokens [first, last) recurs, told a few words off: "of soybeans a year", "every year at
    least"."""
    for k in range(last, min(len(tokens), last + 12)):
        word = tokens.at(k)
        if word in (".", ";", ":", "\n", "but", "and", "to", "from", "(") or word[0].isdecimal() or word in SYMBOLS:
            break
        if word in ("annually", "yearly") or tokens.seq(k, "per", "annum"):
            return "year"
        if tokens.seq(k, "in", "each", "of"):
            return "year"
        if word in ("a", "per", "each", "every") and tokens.at(k + 1) in _TIMES and _recurs(tokens, k, k + 1):
            return _TIMES[tokens.at(k + 1)]
    for k in range(first - 1, max(-1, first - 7), -1):
        word = tokens.at(k)
        if word in (".", ";", ":", "\n") or word[0].isdecimal():
            break
        if word in ("annual", "yearly"):
            return "year"
        if word in _TIMES and tokens.at(k - 1) in ("each", "every"):
            return _TIMES[word]
    return None
