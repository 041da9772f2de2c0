"""One lead, and all that happened with it since: as rows that are ready to be stored."""

from datetime import UTC, datetime, time
from functools import cache
from typing import Any

from ajar import worth
from ajar.formats import money
from ajar.seeding import words
from ajar.seeding.asides import comments, custom_object, run
from ajar.seeding.loading import Batch
from ajar.seeding.talk import talk
from ajar.seeding.telling import DAY, MINUTE, Person, Teller, Writer, moment

# How many contacts a lead has, and how long its timeline is: ten leads have 15 and 100.
CONTACTS = (1, 2, 1, 3, 1, 1, 2, 1, 2, 1)
TIMELINES = (8, 19, 6, 11, 4, 12, 9, 10, 7, 14)
DECIDED = {"won": 100, "lost": 1}  # how sure, in percent
NAMES = (words.FIRST_NAMES, words.LAST_NAMES)
formatted = cache(money.formatted)


def chapter(writer: Writer, first: int, count: int) -> Batch:
    """Some leads."""
    numbers = range(first, min(first + count, writer.leads))
    batch = writer.batch(len(numbers))
    for number in numbers:
        Story(writer, batch, writer.chance(number), number).tell()
    return batch


class Story(Teller):
    """From how a lead came to be until today."""

    def __init__(self, writer: Writer, batch: Batch, chance: Any, number: int):
        super().__init__(writer, batch, chance, number)
        self.left = TIMELINES[number % len(TIMELINES)]
        self.company = self.one_of(words.COMPANIES)
        form = f" {self.one_of(words.FORMS)}" if self.seldom(0.4) else ""
        self.name = f"{self.company} {self.one_of(words.TRADES)}{form}"
        self.domain = f"{self.company.lower()}{number}-{writer.seed}.example"

    def tell(self) -> None:
        key = self.key()
        self.id = f"lead_{key}"
        source = ("ui", "api", "import")[self.below(3)]
        created = {"id": f"acti_{key}", "source": source}
        self.add_activity("activity.created", created, self.begun)
        for _ in range(CONTACTS[self.number % len(CONTACTS)]):
            self.add_contact()
        status = self.change_status()
        for _ in range(self.below(3)):
            self.add_opportunity()
        for _ in range(1 + self.below(3)):
            self.add_task()
        if self.seldom(0.2):
            run(self)
        contract = custom_object(self) if self.seldom(0.3) else None
        talk(self)
        self.add_lead(status, source, contract)

    def add_lead(self, status_id: str, source: str, contract: str | None) -> None:
        line = f"{1 + self.below(999)} {self.one_of(words.STREETS)}"
        values = {
            "id": self.id,
            "name": self.name,
            "description": self.one_of(words.DESCRIPTIONS),
            "url": f"https://{self.domain}",
            "status_id": status_id,
            "addresses": [self.place.address | {"address_1": line}],
            "source": source,
            "custom": self.lead_values(contract),
        }
        self.add("lead", values, self.begun, self.changed)

    def lead_values(self, contract: str | None) -> dict:
        """A value for every type of field, though not for every lead."""
        field = self.team.fields["lead"]
        values = {
            field["Industry"]: self.one_of(words.INDUSTRIES),
            field["Employees"]: 5 + self.below(2000),
            field["Account Manager"]: self.owner.id,
            field["Interests"]: list(words.INTERESTS[self.below(3) :][:2]),
            field["Main Contact"]: self.people[0].id,
            field["Region"]: self.one_of(words.REGIONS),
        }
        if contract:
            values[field["Current Contract"]] = contract
            values[field["Billing"]] = "Invoice by mail,\nonce a year."
        if self.seldom(0.5):
            values[field["Customer Since"]] = self.begun.date().isoformat()
            values[field["Customer Number"]] = f"C-{self.number:07}"
            values[field["Imported From"]] = {"row": self.number}
        return values

    def add_contact(self) -> None:
        id, first, last = self.new("contact"), *map(self.one_of, NAMES)
        again = sum(person.name == f"{first} {last}" for person in self.people) or ""
        address = f"{first}.{last}{again}@{self.domain}".lower()
        phone, wanted = self.one_of(self.place.phones), not self.seldom(0.02)
        self.people.append(Person(id, first, f"{first} {last}", address, phone))
        email = {"email": address, "type": "office", "is_unsubscribed": not wanted}
        url = {"url": f"https://{self.domain}/{first.lower()}", "type": "url"}
        field = self.team.fields["contact"]
        values = {
            "id": id,
            "lead_id": self.id,
            "name": f"{first} {last}",
            "title": self.one_of(words.TITLES),
            "emails": [email],
            "phones": [phone],
            "timezone": self.place.timezone,
            "urls": [url] if self.seldom(0.2) else [],
            "custom": {field["Preferred Channel"]: self.one_of(words.CHANNELS)},
        }
        self.add("contact", values, self.begun + MINUTE * len(self.people))
        if not wanted:
            unsubscribed = {"id": self.new("unsubscribe.email"), "email": address}
            self.add("unsubscribe.email", unsubscribed, self.begun)

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

    def add_opportunity(self) -> None:
        note, note_html = self.one_of(words.DEALS)
        made, field = self.some_day(), self.team.fields["opportunity"]
        id = self.new("opportunity")
        opportunity = {
            "id": id,
            "lead_id": self.id,
            "contact_id": self.one_of(self.people).id,
            "user_id": self.owner.id,
            "value": 10_000 * (1 + self.below(500)),
            "value_period": worth.PERIODS[self.below(3)],
            "note": note,
            "note_html": note_html,
            "comment_summary": comments(self, "opportunity", id, made, 0.1),
            "custom": {
                field["Instead Of"]: self.one_of(words.RIVALS),
                field["Go Live"]: moment(made + 90 * DAY),
            },
        }
        at = self.later(made)
        old, stage = self.team.stages[0], self.one_of(self.team.stages)
        stage = stage if self.left > 0 else old
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
        done = self.seldom(0.5) and self.left > 0
        made, id = self.some_day(), self.new("task")
        due = made + 3 * DAY if done else self.writer.today + (self.below(40) - 10) * DAY
        timed = self.seldom(0.3)
        made = min(made, due)
        task = {
            "id": id,
            "lead_id": self.id,
            "contact_id": self.one_of(self.people).id if timed else None,
            "assigned_to": self.owner.id,
            "text": self.one_of(words.TODO),
            "date": moment(due) if timed else due.date().isoformat(),
            "priority": "high" if self.seldom(0.2) else "medium",
            "_type": "lead",
        }
        at = self.later(made) if done else made
        if done:
            task |= {"is_complete": True} | self.completed(task, at)
        comments(self, "task.lead", id, made, 0.03)
        self.add("task", task, made, at)

    def completed(self, task: dict, at: datetime) -> dict:
        told = {
            "task_id": task["id"],
            "task_text": task["text"],
            "task_assigned_to": task["assigned_to"],
        }
        id = self.add_activity("activity.task_completed", told, at)
        self.changed = max(self.changed, at)
        return {"object_type": "taskcompleted", "object_id": id}
