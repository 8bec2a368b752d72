"""The formats that a field may be asked to have, text by text."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given

from runtime.nodes._formats import Format, country_code, e164, moment, what_is_wrong
from tests.runtime.nodes.strategies import JSON

GOOD = {
    "email": ["ann@example.org", "a.b+c@sub.example.co.uk", "jürgen@exämple.de", "o'neil@example.org"],
    "phone": ["+49 30 901820", "+1 (212) 736-5000", "+44 20 7946 0018", "030 901820", "+٤٩٣٠٩٠١٨٢٠"],
    "url": ["https://example.org", "http://example.org:8080/a?b=c#d", "HTTPS://EXÄMPLE.de/", "https://192.0.2.1/x"],
    "date": [
        "2024-02-29",
        "2024-12-31T23:59:59Z",
        "2024-12-31T23:59",
        "2024-12-31 10:00:00+02:00",
        "2024-12-31T10:00:00.5Z",
    ],
    "country": [
        *("DE", "de", "DEU", "Germany", "germany", "United States of America", "USA", "UK", "Côte d'Ivoire"),
        *("South Korea", "Bolivia", "NA", "Viet Nam", "Vietnam", "Iran", "Tanzania", "Czechia", "Türkiye"),
        "The Netherlands",
    ],
    "uuid": ["6f1c1f0e-0c55-4d4a-9d6e-0f7a3c1b2d3e", "6F1C1F0E-0C55-4D4A-9D6E-0F7A3C1B2D3E"],
}
BAD = {
    "email": [
        "ann",
        "ann@",
        "@b.c",
        "a@b",
        "ann@exa mple.org",
        "a@b.org,c@d.org",
        "Ann <a@b.org>",
        "a@b.org\n",
        "a" * 3000,
    ],
    "phone": ["12", "+49", "call me", "+1 555", "0000000000", "+999 123456789", "1" * 300],
    "url": [
        *("example.org", "ftp://example.org", "https://", "https:example.org", "https:///x", "http://localhost"),
        *("https://exa mple.org", "https://user@evil.org", "https://good.org@evil.org/", "http://["),
        *("https://ex\\ample.org", "javascript:alert(1)", "https://example", "http://."),
    ],
    "date": [
        *("03/04/2024", "3.4.2024", "2024-02-30", "2023-02-29", "2024-13-01", "20240304", "2024-W10-1", "tomorrow"),
        *("2024-3-4", "2024-12-31T25:00", "٢٠٢٤-01-01", "0000-01-01", "March 4, 2024", "2024-12-31T10:00:00+99:00"),
    ],
    "country": ["Germoney", "QQ", "ZZZ", "Korea", "Congo", "D", "EU", "49", "Deutschland"],
    "uuid": ["6f1c1f0e0c554d4a9d6e0f7a3c1b2d3e", "{6f1c1f0e-0c55-4d4a-9d6e-0f7a3c1b2d3e}", "g" * 36, "6f1c1f0e"],
}


def each(table: dict[str, list[str]]) -> pytest.MarkDecorator:
    pairs = [(wanted, text) for wanted, texts in table.items() for text in texts]
    return pytest.mark.parametrize(("wanted", "text"), pairs, ids=[ascii(text[:40]) for _, text in pairs])


@each(GOOD)
def test_what_is_well_formed_has_nothing_wrong(wanted: Format, text: str) -> None:
    assert what_is_wrong(text, wanted, "DE") is None


@each(BAD)
def test_what_is_malformed_is_told_in_a_sentence(wanted: Format, text: str) -> None:
    assert (what_is_wrong(text, wanted, "DE") or "").startswith("It ")


@pytest.mark.parametrize("date", ["2024-12-31", "2024-12-31T10:00:00", "2024-12-31T10:00:00+14:00"])
def test_a_moment_is_in_utc(date: str) -> None:
    found = moment(date)
    assert found
    assert found.isoformat().endswith("+00:00")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NIGER", "NE"),
        ("Nigeria", "NG"),
        ("Republic of the Congo", "CG"),
        ("COD", "CD"),
        ("gb", "GB"),
        ("Guinea", "GN"),
    ],
)
def test_a_country_is_never_taken_for_another(text: str, code: str) -> None:
    assert country_code(text) == code


@given(value=JSON)
def test_no_value_makes_a_check_raise(value: Any) -> None:
    for wanted in GOOD:
        what_is_wrong(value, cast("Format", wanted), "DE")
    moment(value)
    if isinstance(value, str):
        e164(value)
        country_code(value)
