"""Amounts as the bank writes them."""
from decimal import Decimal, InvalidOperation


def parse_amount(text: str) -> Decimal:
    """Reads an amount such as ``-1250.00``; raises ValueError for anything else."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None
