"""How phones, time zones, money and rich text are written: plain functions of plain values."""
