import unittest
from datetime import date
from decimal import Decimal

from ledger.entries import Entry, parse_entries


class ParseEntries(unittest.TestCase):
    def test_reads_an_export(self) -> None:
        text = "2026-01-31; Rent; Housing; -850.00\n\n2026-02-01;Salary;Income;2400.00\n"
        self.assertEqual(
            parse_entries(text),
            [
                Entry(date(2026, 1, 31), "Rent", "Housing", Decimal("-850.00")),
                Entry(date(2026, 2, 1), "Salary", "Income", Decimal("2400.00")),
            ],
        )

    def test_refuses_what_is_no_entry(self) -> None:
        for text in ("2026-01-31;Rent;-850.00", "31.1.2026;Rent;Housing;-850.00"):
            with self.assertRaises(ValueError):
                parse_entries(text)


if __name__ == "__main__":
    unittest.main()
