"""The lines of a bank's export: ``date;text;category;amount``."""
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.amounts import parse_amount


@dataclass(frozen=True)
class Entry:
    """One booking."""

    day: date
    text: str
    category: str
    amount: Decimal


def parse_entry(line: str) -> Entry:
    """Reads one line; raises ValueError where it is not an entry."""
    fields = line.split(";")
    if len(fields) != 4:
        raise ValueError(f"not an entry: {line!r}")
    day, text, category, amount = (field.strip() for field in fields)
    return Entry(date.fromisoformat(day), text, category, parse_amount(amount))


def parse_entries(text: str) -> list[Entry]:
    """Reads an export; empty lines do not count."""
    return [parse_entry(line) for line in text.splitlines() if line.strip()]
