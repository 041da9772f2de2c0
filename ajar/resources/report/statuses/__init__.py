"""How statuses changed in a period."""
