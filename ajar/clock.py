"""What time it is: the one place that asks."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Whole milliseconds in UTC, so that what is shown is what is stored. Tests, and a
    server that is used as a test double, make it stand still or move it."""

    def __init__(self, standing: datetime | None = None):
        self.standing = standing

    def __call__(self) -> datetime:
        time = self.standing or datetime.now(UTC)
        return time.replace(microsecond=time.microsecond // 1000 * 1000)

    def stand(self, at: datetime | None) -> None:
        self.standing = at

    def pass_by(self, **duration: float) -> None:
        """Move on by `timedelta(**duration)`, and stand there."""
        self.standing = self() + timedelta(**duration)
