"""One lead, and all that happened with it since: as rows that are ready to be stored."""

import random
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from ajar import worth
from ajar.formats import money
from ajar.kernel.registry import resources
from ajar.resources.contact import time_zone
from ajar.seeding import words
from ajar.seeding.ids import Ids
from ajar.seeding.sheet import Sheet
from ajar.seeding.team import Team

MOST = 64  # ids that one lead may use
YEARS = timedelta(days=3 * 365)
DAY = timedelta(days=1)
LEAST = timedelta(minutes=1)
DECIDED = {"won": 100, "lost": 1}  # how sure, in percent


class Place:
    """A city's address and telephone numbers, in the form in which they are stored."""

    def __init__(self, place: words.Place):
        self.address = place.address("")
        self.phones = [number | {"type": "office"} for number in place.phones()]
        self.timezone = time_zone(self.phones)


class Writer:
    """Tells stories: the same for the same seed and day, whichever is told first."""

    def __init__(self, team: Team, seed: int, leads: int, today: datetime):
        self.team, self.seed, self.leads = team, seed, leads
        self.today = today
        self.ids = ids_of(seed)
        self.places = [Place(place) for place in words.PLACES]
        self.sheets = {name: Sheet(resource) for name, resource in resources.items()}

    def chapter(self, first: int, count: int) -> dict[str, list[tuple]]:
        """The rows of some leads, by table."""
        chance = random.Random(f"{self.seed}/{first}")
        rows: dict[str, list[tuple]] = defaultdict(list)
        for number in range(first, min(first + count, self.leads)):
            Story(self, chance.random, rows, number).tell()
        return rows


class Story:
    def __init__(self, writer: Writer, chance: Any, rows: dict[str, list[tuple]], number: int):
        self.writer, self.team, self.chance, self.rows = writer, writer.team, chance, rows
        self.number, self.used = number, number * MOST
        age = YEARS * ((writer.leads - number) / writer.leads)
        self.begun = self.whole(writer.today - age)
        self.changed = self.begun
        self.owner = self.one_of(self.team.users)
        self.place = self.one_of(writer.places)
        self.company = self.one_of(words.COMPANIES)
        self.domain = f"{self.company.lower()}{number}.example"
        self.people: list[tuple[str, str]] = []  # the id and first name of each contact

    def tell(self) -> None:
        self.lead_key = self.key()
        self.id = f"lead_{self.lead_key}"
        for _ in range(1 + self.below(3)):
            self.add_contact()
        statuses = self.change_status()
        for _ in range(1 + self.below(3)):
            self.add_note()
        for _ in range(self.below(3)):
            self.add_opportunity()
        for _ in range(1 + self.below(4)):
            self.add_task()
        self.add_lead(statuses)

    def add_lead(self, status_id: str) -> None:
        source = ("ui", "api", "import")[self.below(3)]
        form = f" {self.one_of(words.FORMS)}" if self.chance() < 0.4 else ""
        line = f"{1 + self.below(999)} {self.one_of(words.STREETS)}"
        self.add(
            "lead",
            {
                "id": self.id,
                "name": f"{self.company} {self.one_of(words.TRADES)}{form}",
                "description": self.one_of(words.DESCRIPTIONS),
                "url": f"https://{self.domain}",
                "status_id": status_id,
                "addresses": [self.place.address | {"address_1": line}],
                "source": source,
                "custom": self.lead_values(),
            },
            self.begun,
            self.changed,
        )
        created = {"id": f"acti_{self.lead_key}", "source": source}
        self.add_activity("activity.created", created, self.begun)

    def lead_values(self) -> dict:
        industry, employees, since, manager, interests, customer = self.team.lead_fields
        values = {
            f"custom.{industry}": self.one_of(words.INDUSTRIES),
            f"custom.{employees}": 5 + self.below(2000),
            f"custom.{manager}": self.owner,
            f"custom.{interests}": list(words.INTERESTS[self.below(3) :][:2]),
        }
        if self.chance() < 0.5:
            values[f"custom.{since}"] = self.begun.date().isoformat()
            values[f"custom.{customer}"] = f"C-{self.number:07}"
        return values

    def add_contact(self) -> None:
        id, first, last = self.new("contact"), *map(self.one_of, NAMES)
        self.people.append((id, first))
        address = f"{first}.{last}@{self.domain}".lower()
        email = {"email": address, "type": "office", "is_unsubscribed": False}
        url = {"url": f"https://{self.domain}/{first.lower()}", "type": "url"}
        (channel,) = self.team.contact_fields
        values = {
            "id": id,
            "lead_id": self.id,
            "name": f"{first} {last}",
            "title": self.one_of(words.TITLES),
            "emails": [email],
            "phones": [self.one_of(self.place.phones)],
            "timezone": self.place.timezone,
            "urls": [url] if self.chance() < 0.2 else [],
            "custom": {f"custom.{channel}": self.one_of(words.CHANNELS)},
        }
        self.add("contact", values, self.begun + LEAST * len(self.people))

    def change_status(self) -> str:
        """Go from the first status to the one it has now, a step at a time."""
        status, at = self.team.statuses[0], self.begun
        for _ in range(self.below(3)):
            old, status = status, self.one_of(self.team.statuses)
            if old == status:
                continue
            at = self.later(at)
            values = {"old_status_id": old, "new_status_id": status}
            self.add_activity("activity.status_change.lead", values, at)
            self.changed = max(self.changed, at)
        return status

    def add_note(self) -> None:
        text, html = self.one_of(words.NOTES)
        contact, name = self.one_of(self.people)
        at = self.later(self.begun)
        pinned = self.chance() < 0.05
        values = {
            "contact_id": contact,
            "note": text.replace("{name}", name),
            "note_html": html.replace("{name}", name),
            "pinned": pinned,
            "pinned_at": at if pinned else None,
        }
        self.add_activity("activity.note", values, at)

    def add_opportunity(self) -> None:
        note, note_html = self.one_of(words.DEALS)
        made, (rival, live) = self.later(self.begun), self.team.opportunity_fields
        opportunity = {
            "id": self.new("opportunity"),
            "lead_id": self.id,
            "contact_id": self.one_of(self.people)[0],
            "user_id": self.owner,
            "value": 10_000 * (1 + self.below(500)),
            "value_period": worth.PERIODS[self.below(3)],
            "note": note,
            "note_html": note_html,
            "custom": {
                f"custom.{rival}": self.one_of(words.RIVALS),
                f"custom.{live}": moment(made + 90 * DAY),
            },
        }
        at = self.later(made)
        old, stage = self.team.stages[0], self.one_of(self.team.stages)
        opportunity |= self.stage(stage, at)
        if stage is not old:
            self.add_stage_change(opportunity, old, at)
        self.add("opportunity", opportunity, made, at)

    def stage(self, stage: dict, at: datetime) -> dict:
        """What an opportunity has because of its status, which it has since then."""
        kind = stage["type"]
        return {
            "status_id": stage["id"],
            "status_type": kind,
            "confidence": DECIDED.get(kind) or 10 * self.below(10),
            "date_won": at.date() if kind == "won" else None,
            "date_lost": at if kind == "lost" else None,
        }

    def add_stage_change(self, opportunity: dict, old: dict, at: datetime) -> None:
        value, period = opportunity["value"], opportunity["value_period"]
        won = opportunity["date_won"]
        values = {
            "opportunity_id": opportunity["id"],
            "old_status_id": old["id"],
            "new_status_id": opportunity["status_id"],
            "opportunity_value": value,
            "opportunity_value_period": period,
            "opportunity_value_currency": self.team.currency,
            "opportunity_value_formatted": formatted(value, self.team.currency, period),
            "opportunity_confidence": opportunity["confidence"],
            "opportunity_date_won": datetime.combine(won, time.min, UTC) if won else None,
        }
        self.add_activity("activity.status_change.opportunity", values, at)

    def add_task(self) -> None:
        """Half of them are done; the rest is late, due today, or for the next weeks."""
        done = self.chance() < 0.5
        made = self.later(self.begun)
        due = made + 3 * DAY if done else self.writer.today + (self.below(40) - 10) * DAY
        timed = self.chance() < 0.3
        task = {
            "id": self.new("task"),
            "lead_id": self.id,
            "contact_id": self.one_of(self.people)[0] if timed else None,
            "assigned_to": self.owner,
            "text": self.one_of(words.TODO),
            "date": moment(due) if timed else due.date().isoformat(),
            "priority": "high" if self.chance() < 0.2 else "medium",
            "_type": "lead",
        }
        at = self.later(made) if done else made
        if done:
            task |= {"is_complete": True} | self.completed(task, at)
        self.add("task", task, min(made, due), at)

    def completed(self, task: dict, at: datetime) -> dict:
        told = {
            "id": self.new("activity.task_completed"),
            "task_id": task["id"],
            "task_text": task["text"],
            "task_assigned_to": task["assigned_to"],
        }
        self.add_activity("activity.task_completed", told, at)
        self.changed = max(self.changed, at)
        return {"object_type": "taskcompleted", "object_id": told["id"]}

    def add_activity(self, kind: str, values: dict, at: datetime) -> None:
        whose = {"lead_id": self.id, "user_id": self.owner, "activity_at": at}
        self.add(kind, {"id": self.new(kind)} | values | whose, at)

    def add(
        self, kind: str, values: dict, created: datetime, updated: datetime | None = None
    ) -> None:
        sheet = self.writer.sheets[kind]
        tracked = {
            "organization_id": self.team.organization_id,
            "created_by": self.owner,
            "updated_by": self.owner,
            "date_created": created,
            "date_updated": updated or created,
        }
        self.rows[sheet.table].append(sheet.row(values | tracked))

    def new(self, kind: str) -> str:
        return f"{self.writer.sheets[kind].prefix}_{self.key()}"

    def key(self) -> str:
        self.used += 1
        return self.writer.ids(self.used)

    def one_of(self, items: Any) -> Any:
        return items[int(self.chance() * len(items))]

    def below(self, number: int) -> int:
        return int(self.chance() * number)

    def later(self, than: datetime) -> datetime:
        """Some time between then and today, soon rather than late."""
        return self.whole(than + (self.writer.today - than) * self.chance() ** 3)

    def whole(self, time: datetime) -> datetime:
        return time.replace(microsecond=time.microsecond // 1000 * 1000)


NAMES = (words.FIRST_NAMES, words.LAST_NAMES)
formatted = cache(money.formatted)


def ids_of(seed: int) -> Ids:
    return Ids(seed + 1)  # those of the first are the team's


def first_lead(seed: int) -> str:
    return f"lead_{ids_of(seed)(1)}"


def moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")
