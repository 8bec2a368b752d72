"""A lead for the gallery's example, as data alone: for tests and for programs that measure without Django."""

from __future__ import annotations

from typing import Any

ADA: dict[str, Any] = {
    "name": "Ada Berg",
    "email": "ada@northwind.example",
    "company": "Northwind",
    "country": "DE",
    "phone": "+49 30 901820",
    "employees": 240,
    "seats": 60,
    "budget_eur": 18000,
    "do_not_contact": False,
    "source": "website",
    "message": "We want to roll this out to sixty people in spring. Can somebody show us a plan?",
}
