"""The outside world: each provider speaks to one kind of service, on plain values."""
