"""Reads a bank's export and says where the money went."""
