import unittest
from decimal import Decimal

from ledger.entries import parse_entries
from ledger.report import balance, by_category

ENTRIES = parse_entries(
    """2026-01-31;Rent;Housing;-850.00
2026-02-01;Salary;Income;2400.00
2026-02-28;Rent;Housing;-850.00
"""
)


class Report(unittest.TestCase):
    def test_the_balance_is_the_sum(self) -> None:
        self.assertEqual(balance(ENTRIES), Decimal("700.00"))
        self.assertEqual(balance([]), Decimal(0))

    def test_each_category_has_its_sum(self) -> None:
        sums = {"Housing": Decimal("-1700.00"), "Income": Decimal("2400.00")}
        self.assertEqual(by_category(ENTRIES), sums)


if __name__ == "__main__":
    unittest.main()
