"""Sums over entries."""
from collections.abc import Iterable
from decimal import Decimal

from ledger.entries import Entry


def balance(entries: Iterable[Entry]) -> Decimal:
    """Sums up all entries."""
    return sum((entry.amount for entry in entries), Decimal(0))


def by_category(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Sums up the entries of each category, in the order of the alphabet."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.category] = sums.get(entry.category, Decimal(0)) + entry.amount
    return dict(sorted(sums.items()))
