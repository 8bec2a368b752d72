"""Whether a text is a well-formed e-mail address, phone number, web address, date, country or UUID.

Used by `verify.quality`. Nothing is looked up over the network. A check answers with a sentence for a person (what is
wrong) or None; what is no text has no format, and nothing here raises.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from iso3166 import countries
from pydantic import HttpUrl, TypeAdapter, ValidationError

from runtime.core.expressions import Json
from runtime.nodes._values import plain

Format = Literal["email", "phone", "url", "date", "country", "uuid"]

LONGEST = 2_000

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SLASHED = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-]([0-9]{2}|[0-9]{4})")
_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)

# Everyday names that the standard's official ones do not begin with.
_EVERYDAY = {
    "uk": "GB",
    "great britain": "GB",
    "united kingdom": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "united states": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "america": "US",
    "south korea": "KR",
    "north korea": "KP",
    "russia": "RU",
    "vietnam": "VN",
    "laos": "LA",
    "syria": "SY",
    "brunei": "BN",
    "turkey": "TR",
    "czech republic": "CZ",
    "holland": "NL",
    "the netherlands": "NL",
    "ivory coast": "CI",
    "cape verde": "CV",
    "swaziland": "SZ",
    "burma": "MM",
    "macedonia": "MK",
    "vatican": "VA",
    "vatican city": "VA",
    "palestine": "PS",
    "taiwan": "TW",
    "macau": "MO",
    "democratic republic of the congo": "CD",
    "republic of the congo": "CG",
    "east timor": "TL",
    "uae": "AE",
    "the gambia": "GM",
    "the bahamas": "BS",
    "kosovo": "XK",
    "xk": "XK",
    "xkx": "XK",
}


def what_is_wrong(value: Json, wanted: Format, phone_region: str | None = None) -> str | None:
    """Why a value is not of the wanted format; None when it is. `phone_region` reads numbers without a country code."""
    if not isinstance(value, str):
        return "It is no text."
    if len(value) > LONGEST:
        return "It is far too long."
    if value != value.strip() or any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in value):
        return "It has blanks around it, or invisible characters in it."
    if wanted == "phone":
        return None if e164(value, phone_region) else _bad_phone(phone_region)
    return _CHECKS[wanted](value)


def _email(text: str) -> str | None:
    try:
        validate_email(text, check_deliverability=False)
    except (EmailNotValidError, ValueError) as error:
        return f"It is no e-mail address: {error}"
    return None


# Two dozen microseconds a number, and looking for duplicates asks for thousands, mostly the same again.
@lru_cache(maxsize=16_384)
def e164(text: str, region: str | None = None) -> str | None:
    """A phone number in the one international form (+4930123456), or None where it is no valid one."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _bad_phone(region: str | None) -> str:
    if region:
        return f"It is no phone number of {region} nor an international one."
    return "It is no international phone number (+ and the country's code first)."


def _url(text: str) -> str | None:
    wrong = "It is no whole web address (https://…)."
    if not re.match(r"https?://[^/]", text, re.IGNORECASE) or re.search(r"[\s\\]", text):
        return wrong
    try:
        host = _URL.validate_python(text).host or ""
        named = urlsplit(text)
    except (ValidationError, ValueError):
        return wrong
    if named.username is not None or named.password is not None:
        return "It names a user before the host, which hides where it leads."
    return None if ("." in host.strip(".") or host.startswith("[")) else wrong


def _date(text: str) -> str | None:
    if moment(text) is not None:
        return None
    if _SLASHED.fullmatch(text):
        return "It can be read in more than one way; write it as 2024-12-31."
    return "It is no date; write it as 2024-12-31."


def moment(text: Json) -> datetime | None:
    """The moment of an ISO date or date and time (UTC where no zone is named, a date at its beginning), or None."""
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        return None
    try:
        if len(text) == len("2024-12-31"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        read = datetime.fromisoformat(text.upper())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def names_zone(text: Json) -> bool:
    """Whether an ISO date and time says which zone it is in."""
    return isinstance(text, str) and re.search(r"([Zz]|[T ].*[+-][0-9]{2}:?[0-9]{2})$", text) is not None


def _country(text: str) -> str | None:
    return None if country_code(text) else "It is no country: a name in English, or a code of two or three letters."


def country_code(text: str) -> str | None:
    """The two letters of a country that is written as its code or its English name; None where it is none."""
    return _countries().get(plain(text))


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    ambiguous: set[str] = set()
    for country in countries:
        code = country.alpha2
        names = {plain(country.name), plain(country.apolitical_name)}
        for name in names | {name.partition(",")[0] for name in names} | {name.partition(" (")[0] for name in names}:
            if known.setdefault(name, code) != code:
                ambiguous.add(name)
        known |= {code.lower(): code, country.alpha3.lower(): code}
    return {name: code for name, code in known.items() if name not in ambiguous} | _EVERYDAY


def _uuid(text: str) -> str | None:
    return None if _UUID.fullmatch(text) else "It is no UUID."


_CHECKS = {"email": _email, "url": _url, "date": _date, "country": _country, "uuid": _uuid}
