"""Prints the sum of each category of a file: ``python3 -m ledger export.csv``."""
import sys
from pathlib import Path

from ledger.entries import parse_entries
from ledger.report import by_category


def main(path: str) -> None:
    """Prints one line a category."""
    for category, amount in by_category(parse_entries(Path(path).read_text())).items():
        print(f"{category:<20}{amount:>12}")


if __name__ == "__main__":
    main(sys.argv[1])
