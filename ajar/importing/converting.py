"""From the cells of a row to the bodies that the API would be sent: of a lead, a contact, an
opportunity, and a note."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ajar.formats import cells as written
from ajar.formats import phone
from ajar.importing.names import Names
from ajar.importing.targets import Known, Target
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources

Convert = Callable[[str], Any]
SEVERAL = re.compile(r"[;\n\r]+")
OR_COMMAS = re.compile(r"[;,\n\r]+")
ITEMS = {"emails": "email", "phones": "phone", "urls": "url"}
PERIODS = {"onetime": "one_time", "once": "one_time", "yearly": "annual", "month": "monthly"}
PERIODS |= {"year": "annual", "monthly": "monthly", "annual": "annual", "annually": "annual"}


@dataclass
class Line:
    """A row of the file: what it says, and what is wrong with it."""

    number: int
    cells: list[str]
    lead: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    opportunity: dict[str, Any] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.lead or self.contact or self.opportunity or self.note)


class Converter:
    """Knows which column fills in what, and how its cells are to be read."""

    def __init__(self, options: Mapping[str, Any], known: Known, names: Names):
        self.options, self.names = options, names
        self.currency = options["currency"] or names.currency
        self.columns = [column["name"] for column in options["columns"]]
        targets = [known.target(text) if text else None for text in options["mapping"]]
        self.steps = [
            (index, target, self.conversion(target))
            for index, target in enumerate(targets)
            if target
        ]

    def line(self, number: int, row: list[str]) -> Line:
        line = Line(number, row)
        for index, target, convert in self.steps:
            text = written.plain(row[index]).strip() if index < len(row) else ""
            if not text:
                continue
            try:
                put(getattr(line, target.of), target, convert(text))
            except ValueError as error:
                line.problems.append({"column": self.columns[index], "reason": str(error)})
        if len(row) > len(self.columns) and any(row[len(self.columns) :]):
            line.problems.append({"column": "", "reason": "The row has too many cells."})
        finish(line)
        return line

    def column(self, of: str, name: str, part: str = "") -> str:
        """The one that fills in a field: the first, where several do."""
        for index, target, _ in self.steps:
            same = target.of == of and (target.name == name or name in NAMED.get(target.name, ()))
            if same and (not part or target.part == part):
                return self.columns[index]
        return ""

    def conversion(self, target: Target) -> Convert:
        if target.definition:
            return self.custom(target.definition)
        order, decimal = self.options["date_order"], self.options["decimal"]
        special: dict[tuple[str, str], Convert] = {
            ("lead", "status"): self.names.lead_status,
            ("opportunity", "status"): self.names.opportunity_status,
            ("opportunity", "user"): self.names.user,
            ("opportunity", "value"): lambda text: written.minor_units(
                text, decimal, self.currency
            ),
            ("opportunity", "confidence"): lambda text: int(
                written.number(text.rstrip("% "), decimal)
            ),
            ("opportunity", "date_won"): lambda text: written.day(text, order).isoformat(),
            ("opportunity", "value_period"): period,
            ("contact", "emails"): emails,
            ("contact", "phones"): self.phones,
            ("contact", "urls"): lambda text: parts(SEVERAL, text),
        }
        return special.get((target.of, target.name), str)

    def phones(self, text: str) -> list[str]:
        """As they are dialled from the country of the import."""
        country = self.options["country"]
        return [phone.parse(part, country)["phone"] for part in parts(OR_COMMAS, text)]

    def custom(self, definition: dict) -> Convert:
        one = self.single(definition)
        if not definition["accepts_multiple_values"]:
            return one
        choices = set(definition["choices"] or ())

        def several(text: str) -> list:
            """A choice may have commas in it."""
            found = parts(SEVERAL, text)
            if choices and not choices.issuperset(found):
                found = parts(OR_COMMAS, text)
            return [one(part) for part in found]

        return several

    def single(self, definition: dict) -> Convert:
        order, decimal = self.options["date_order"], self.options["decimal"]
        return {
            "number": lambda text: plain_number(written.number(text, decimal)),
            "date": lambda text: written.day(text, order).isoformat(),
            "datetime": lambda text: written.moment(text, order),
            "user": self.names.user,
        }.get(definition["type"], str)


NAMED = {"status": ("status_id", "status_type"), "user": ("user_id",)}
NAMED |= dict.fromkeys(("first_name", "last_name"), ("name",))


def parts(between: re.Pattern, text: str) -> list[str]:
    return [part.strip() for part in between.split(text) if part.strip()]


def plain_number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


def emails(text: str) -> list[str]:
    email = resources["contact"].about.stored["emails"].fields["email"]
    return [email.clean(part) for part in parts(OR_COMMAS, text)]


def period(text: str) -> str:
    word = re.sub(r"[^a-z]", "", text.lower())
    if word not in PERIODS:
        raise ValueError("Not a valid choice.")
    return PERIODS[word]


def put(body: dict, target: Target, value: Any) -> None:
    if target.name == "addresses":
        body.setdefault("addresses", {}).setdefault(target.item, {})[target.part] = value
    elif key := ITEMS.get(target.name):
        items = body.setdefault(target.name, [])
        known = [item[key].lower() for item in items]
        items += [
            {key: one, "type": target.part}
            for one in dict.fromkeys(value)
            if one.lower() not in known
        ]
    elif target.name in NAMED and target.name.endswith(("status", "user")):
        body[f"{target.name}_id"] = value
    else:
        body[target.name] = value


def finish(line: Line) -> None:
    """What the parts of a row make together."""
    if "addresses" in line.lead:
        found = line.lead["addresses"]
        line.lead["addresses"] = [found[item] for item in sorted(found)]
    first, last = (line.contact.pop(name, "") for name in ("first_name", "last_name"))
    if (first or last) and not line.contact.get("name"):
        line.contact["name"] = f"{first} {last}".strip()


def definitions(converter: Converter, of: str) -> dict[str, dict]:
    """The custom fields of one kind of object that the columns fill in, by key."""
    return {
        target.name: target.definition
        for _, target, _ in converter.steps
        if target.of == of and target.name.startswith(PREFIX)
    }
