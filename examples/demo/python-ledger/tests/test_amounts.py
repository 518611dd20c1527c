import unittest
from decimal import Decimal

from ledger.amounts import parse_amount


class ParseAmount(unittest.TestCase):
    def test_reads_amounts_exactly(self) -> None:
        self.assertEqual(parse_amount("-1250.00"), Decimal("-1250.00"))
        self.assertEqual(parse_amount(" 0.10 "), Decimal("0.10"))

    def test_refuses_what_is_no_amount(self) -> None:
        for text in ("", "ten", "1,50"):
            with self.assertRaises(ValueError):
                parse_amount(text)


if __name__ == "__main__":
    unittest.main()
