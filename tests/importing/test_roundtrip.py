"""Random leads, written as an export writes them, come back as they were."""

import os
import random
from decimal import Decimal

import pytest

from ajar.formats import cells

SEEDS = range(int(os.environ.get("AJAR_IMPORT_SEEDS", "3")))
TEXT = "abc äöü ß 漢字 🜁 =+-@'\"\t,;|\n\r x1 "
COLUMNS = [
    *("lead.name", "lead.description", "lead.url", "lead.status"),
    *("lead.address.address_1", "lead.address.city", "lead.address.country"),
    *("lead.address.2.address_1", "lead.address.2.city", "lead.address.2.country"),
    *("lead.custom.Text", "lead.custom.Number", "lead.custom.Day", "lead.custom.Kinds"),
    *("contact.name", "contact.title", "contact.email.office", "contact.email.home"),
    *("contact.phone.mobile", "contact.url.url", "contact.custom.Channel"),
    *("opportunity.value", "opportunity.value_period", "opportunity.confidence"),
    *("opportunity.note", "opportunity.date_won"),
]
CHOICES = ["small", "large, or so", "huge"]


@pytest.fixture
def fields(api):
    kinds = {"type": "choices", "choices": CHOICES, "accepts_multiple_values": True}
    wanted = {"Text": {}, "Number": {"type": "number"}, "Day": {"type": "date"}, "Kinds": kinds}
    for name, more in wanted.items():
        api.make("custom_field.lead", name=name, **more)
    api.make("custom_field.contact", name="Channel")


class Made:
    """A lead with its contacts, each with at most one opportunity, by chance."""

    def __init__(self, chance: random.Random, number: int, statuses: list[dict]):
        self.chance, self.number = chance, number
        self.lead = {
            "name": f"{number} {self.text()}".strip(),
            "description": self.text(),
            "url": f"http://{number}.example",
            "status_id": chance.choice(statuses)["id"],
            "addresses": [self.address(n) for n in range(chance.randrange(3))],
            "custom.Text": self.text(),
            "custom.Number": chance.choice([0, 7, -3, 2.5, 1_000_000]),
            "custom.Day": f"20{chance.randrange(10, 30)}-0{chance.randrange(1, 10)}-12",
            "custom.Kinds": chance.sample(CHOICES, chance.randrange(1, 4)),
        }
        self.contacts = [self.contact(n) for n in range(chance.randrange(4))]
        self.deals = [self.deal(n) for n in range(len(self.contacts))]

    def text(self) -> str:
        return "".join(self.chance.choices(TEXT, k=self.chance.randrange(12))).strip()

    def address(self, number: int) -> dict:
        return {
            "address_1": f"{number} Road",
            "city": f"{number} {self.text()}".strip(),
            "country": "US",
        }

    def contact(self, number: int) -> dict:
        own = f"{self.number}.{number}"
        return {
            "name": f"{own} {self.text()}".strip(),
            "title": self.text(),
            "emails": [
                {"email": f"{own}@x.example", "type": "office"},
                {"email": f"{own}@home.example", "type": "home"},
            ][: self.chance.randrange(3)],
            "phones": [{"phone": f"+1415555{self.chance.randrange(10_000):04}", "type": "mobile"}],
            "urls": [{"url": f"https://{own}.example", "type": "url"}],
            "custom.Channel": self.text(),
        }

    def deal(self, number: int) -> dict:
        return {
            "value": self.chance.randrange(1_000_000),
            "value_period": self.chance.choice(["one_time", "monthly", "annual"]),
            "confidence": self.chance.randrange(101),
            "note": f"{number} {self.text()}".strip(),
            "date_won": f"2026-1{self.chance.randrange(3)}-0{self.chance.randrange(1, 10)}",
        }

    def rows(self, labels: dict[str, str]) -> list[list[str]]:
        """A row for each contact; what the lead has stands in each."""
        lead = {f"lead.{name}": value for name, value in self.lead.items()}
        lead["lead.status"] = labels[self.lead["status_id"]]
        lead["lead.custom.Kinds"] = ";".join(self.lead["custom.Kinds"])
        for number, address in enumerate(self.lead["addresses"]):
            place = "2." if number else ""
            lead |= {f"lead.address.{place}{part}": value for part, value in address.items()}
        people = list(zip(self.contacts, self.deals, strict=True)) or [({}, {})]
        return [self.row(lead | told(*both)) for both in people]

    def row(self, values: dict) -> list[str]:
        texts = [
            str(values.get(column) if values.get(column) is not None else "") for column in COLUMNS
        ]
        return [cells.neutral(text) for text in texts]


def told(contact: dict, deal: dict) -> dict:
    if not contact:
        return {}
    values = {f"contact.{name}": value for name, value in contact.items()}
    values |= {f"contact.email.{item['type']}": item["email"] for item in contact["emails"]}
    values["contact.phone.mobile"] = contact["phones"][0]["phone"]
    values["contact.url.url"] = contact["urls"][0]["url"]
    values |= {f"opportunity.{name}": value for name, value in deal.items()}
    return values | {"opportunity.value": Decimal(deal["value"]) / 100}


def same(found, said) -> bool:
    """Whether an object has all that was said of it; an empty text is none at all."""
    if isinstance(said, dict):
        return all(same(found.get(name), value) for name, value in said.items())
    if isinstance(said, list):
        return len(found) == len(said) and all(map(same, found, said))
    return found == said or (said == "" and found is None)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_written_as_an_export_comes_back(api, imports, fields, seed):
    chance = random.Random(seed)
    statuses = api.ok("get", "/status/lead/")["data"]
    labels = {status["id"]: status["label"] for status in statuses}
    every = [Made(chance, number, statuses) for number in range(30)]

    made = imports.done(COLUMNS, *(row for one in every for row in one.rows(labels)))

    assert imports.problems(made) == []
    found = {lead["url"]: lead for lead in api.ok("get", "/lead/")["data"]}
    assert len(found) == len(every)
    for one in every:
        lead = found[one.lead["url"]]
        custom = {
            n.removeprefix("custom."): v for n, v in one.lead.items() if n.startswith("custom.")
        }
        plain = {n: v for n, v in one.lead.items() if not n.startswith("custom.")}
        assert same(lead, plain)
        assert same(lead["custom"], custom)
        channels = [contact.pop("custom.Channel") for contact in one.contacts]
        assert same(lead["contacts"], one.contacts)
        assert [custom_of(contact) for contact in lead["contacts"]] == channels
        deals = sorted(lead["opportunities"], key=lambda deal: deal["note"] or "")
        assert same(deals, sorted(one.deals, key=lambda deal: deal["note"]))


def custom_of(contact: dict) -> str:
    return next((value for name, value in contact.items() if name.startswith("custom.")), "")
