"""What it takes to tell a story: chance, ids, times, and rows to write it down in."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from ajar.kernel.registry import resources
from ajar.resources.contact import time_zone
from ajar.seeding import words
from ajar.seeding.ids import Ids
from ajar.seeding.letters import Letters
from ajar.seeding.loading import Batch
from ajar.seeding.sheet import Sheet
from ajar.seeding.team import Team

One = TypeVar("One")
MOST = 256  # ids that one lead may use
YEARS = timedelta(days=3 * 365)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Place:
    """A city's address and telephone numbers, in the form in which they are stored."""

    def __init__(self, place: words.Place):
        self.address = place.address("")
        self.phones = [number | {"type": "office"} for number in place.phones()]
        self.timezone = time_zone(self.phones)


class Person(NamedTuple):
    """A contact, as the rest of the story names them."""

    id: str
    first: str
    name: str
    email: str
    phone: dict[str, Any]


class Writer:
    """Tells stories: the same for the same seed, number of leads and day, whichever is told
    first."""

    def __init__(self, team: Team, seed: int, leads: int, today: datetime):
        self.team, self.seed, self.leads = team, seed, leads
        self.today = today
        self.ids = ids_of(seed)
        self.places = [Place(place) for place in words.PLACES]
        self.letters = Letters(team.people)
        self.sheets = {name: Sheet(resources[name]) for name in KINDS}

    def chance(self, number: int) -> Any:
        return random.Random(f"{self.seed}/{number}").random

    def batch(self, leads: int) -> Batch:
        return Batch(leads, {sheet: [] for sheet in self.sheets.values()})

    @property
    def tables(self) -> set[str]:
        return {sheet.table for sheet in self.sheets.values()}


class Teller:
    """One lead: who they are, and the pen."""

    id: str
    name: str
    company: str
    left: int  # activities that are still to come

    def __init__(self, writer: Writer, batch: Batch, chance: Any, number: int):
        self.writer, self.team, self.batch, self.chance = writer, writer.team, batch, chance
        self.number, self.used = number, number * MOST
        age = YEARS * ((writer.leads - number) / writer.leads)
        self.begun = self.changed = whole(writer.today - age)
        self.owner = self.one_of(self.team.people)
        self.place = self.one_of(writer.places)
        self.people: list[Person] = []
        self.subjects: set[str] = set()  # of mails

    def add_activity(self, kind: str, values: dict, at: datetime, **more: datetime) -> str:
        """Its id. What happened at another time than it was written down says `activity_at`."""
        self.left -= 1
        whose = {"lead_id": self.id, "user_id": self.owner.id, "activity_at": at}
        values = {"id": self.new(kind)} | whose | more | values
        self.add(kind, values, at)
        return values["id"]

    def add(
        self,
        kind: str,
        values: dict,
        created: datetime,
        updated: datetime | None = None,
        by: str = "",
    ) -> None:
        sheet = self.writer.sheets[kind]
        whose = {"organization_id": self.team.organization_id, "by": by or self.owner.id}
        self.batch.rows[sheet].append(sheet.row(values, whose, created, updated or created))

    def new(self, kind: str, prefix: str = "") -> str:
        return f"{prefix or self.writer.sheets[kind].prefix}_{self.key()}"

    def key(self) -> str:
        self.used += 1
        return self.writer.ids(self.used)

    def one_of(self, items: Sequence[One]) -> One:
        return items[int(self.chance() * len(items))]

    def below(self, number: int) -> int:
        return int(self.chance() * number)

    def seldom(self, share: float) -> bool:
        return self.chance() < share

    def later(self, than: datetime) -> datetime:
        """Some time between then and today, soon rather than late."""
        return whole(than + (self.writer.today - than) * self.chance() ** 3)

    def some_day(self) -> datetime:
        return self.later(self.begun)


def whole(time: datetime) -> datetime:
    """In milliseconds."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def ids_of(seed: int) -> Ids:
    return Ids(seed + 1)  # those of the first are the team's


def first_lead(seed: int) -> str:
    return f"lead_{ids_of(seed)(1)}"


# Whatever is written, in an order in which each refers to earlier ones only.
KINDS = (
    *("lead", "contact", "opportunity", "task", "custom_object"),
    *("unsubscribe.email", "comment_thread", "comment", "sequence_subscription"),
    *("activity.created", "activity.status_change.lead", "activity.status_change.opportunity"),
    *("activity.task_completed", "activity.note", "activity.call", "activity.sms"),
    *("activity.whatsapp_message", "activity.emailthread", "activity.email"),
    *("activity.meeting", "activity.custom", "activity.form_submission", "activity.lead_merge"),
)
