"""Fields that hold a day or a moment."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import func

from ajar.formats.time import day, day_or_moment, falls_on, moment
from ajar.kernel.fields import Field
from ajar.kernel.sql import TIME, parameter

ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"000+00:00"'
SHORT = ISO.replace("+00:00", "")  # newer kinds of the API show no offset


class Date(Field):
    """A day. A moment in time is accepted too, and means the day it falls on for the caller."""

    column_type, json = sa.Date, {"type": "string", "format": "date"}

    def clean(self, value, answer=None):
        value = super().clean(value)
        return day_or_moment(value) if value else None

    def stamp(self, ctx, old, new):
        new[self.name] = falls_on(new[self.name], ctx.zone)

    def parse(self, ctx, text):
        return falls_on(day_or_moment(text), ctx.zone)


class DateTime(Field):
    """Whole milliseconds in UTC, as answers have them. With an `offset` they end in `+00:00`."""

    column_type, json = TIME, {"type": "string", "format": "date-time"}

    def __init__(self, *, offset: bool = True, **options):
        super().__init__(**options)
        self.form = ISO if offset else SHORT

    def clean(self, value, answer=None):
        value = super().clean(value)
        return moment(value) if value else None

    def read(self, ctx, suffix, text):
        """A day without a time begins when it does for the caller."""
        if len(text) != len("2026-11-21"):
            return super().read(ctx, suffix, text)
        start = datetime.combine(day(text), datetime.min.time(), ctx.zone).astimezone(UTC)
        return ("day" if suffix == "" else suffix), start

    def parse(self, ctx, text):
        return moment(text)

    def compare(self, column, comparison, name):
        if comparison != "day":
            return super().compare(column, comparison, name)
        start = parameter(name, TIME)
        return sa.and_(column >= start, column < start + timedelta(days=1))

    def shown(self, row):
        return func.to_char(func.timezone("UTC", row.c[self.name]), self.form)


class CreatedAt(DateTime):
    """When a row was made. Unless it is readonly, one who imports a history may say so."""

    def stamp(self, ctx, old, new):
        new[self.name] = old[self.name] if old else new.get(self.name) or ctx.now


class UpdatedAt(DateTime):
    def stamp(self, ctx, old, new):
        new[self.name] = ctx.now
