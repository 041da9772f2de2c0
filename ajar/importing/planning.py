"""What becomes of the rows of a batch: which leads, contacts, opportunities and notes they make,
and what they change of those that there are. Nothing is written yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ajar import many
from ajar.errors import Invalid
from ajar.importing.checking import PARTS, Checks, merged
from ajar.importing.converting import Line
from ajar.importing.matching import Rule
from ajar.kernel import ops, query
from ajar.kernel.registry import resources

MOST = 100_000  # objects of one kind that the leads of a batch have


@dataclass
class Entry:
    """One object: as it is, if it is there, and as it is to be."""

    part: str
    old: ops.Row | None
    new: dict[str, Any]
    made: bool  # by this import


@dataclass
class Group:
    """A lead, and what rows say of it."""

    lead: Entry | None = None
    parts: dict[str, list[Entry]] = field(
        default_factory=lambda: {"contact": [], "opportunity": [], "note": []}
    )

    @property
    def made(self) -> bool:
        return not self.lead or self.lead.made

    @property
    def entries(self) -> Iterator[Entry]:
        if self.lead:
            yield self.lead
        for entries in self.parts.values():
            yield from entries


@dataclass
class Plan:
    """Which groups there are, by the keys of their rows, and how the rows fared."""

    groups: dict[str, Group] = field(default_factory=dict)
    nameless: list[Group] = field(default_factory=list)
    skipped: int = 0

    @property
    def entries(self) -> Iterator[Entry]:
        for group in self.every:
            yield from group.entries

    @property
    def every(self) -> list[Group]:
        return list(
            {id(group): group for group in (*self.groups.values(), *self.nameless)}.values()
        )

    def group(self, keys: list[str]) -> Group:
        found = next((self.groups[key] for key in keys if key in self.groups), None) or Group()
        for key in keys:
            self.groups.setdefault(key, found)
        if not keys:
            self.nameless.append(found)
        return found


class Planner:
    """Puts the rows of a batch to their leads, one after the other."""

    def __init__(self, checks: Checks, rule: Rule, on_match: str, dry: bool):
        self.checks, self.rule, self.on_match, self.dry = checks, rule, on_match, dry
        self.plan = Plan()

    async def know(self, ctx, lines: list[Line], made: dict[str, tuple[str, bool]]) -> None:
        """Read what there is of the leads that the rows mean: `made` has those that rows before
        them meant, by key, and whether this import made them."""
        keys = {key for line in lines for key in self.rule.keys(line)}
        leads = dict(made)
        if self.rule.by != "none":
            new = sorted(keys - leads.keys())
            found = await self.rule.find(ctx, new)
            own = {id for id, mine in made.values() if mine}
            leads |= {key: (id, id in own) for key, id in found.items()}
        rows = await many.get(ctx, resources["lead"], {id for id, _ in leads.values()})
        if self.dry:
            rows |= {id: self.imagined(id) for id, mine in leads.values() if mine}
        groups: dict[str, Group] = {}
        for key, (id, mine) in leads.items():
            if id in rows:
                row = rows[id]
                groups.setdefault(id, Group(Entry("lead", row, dict(row), mine)))
                self.plan.groups[key] = groups[id]
        for part in self.needed(lines) if groups else ():
            await self.know_part(ctx, part, groups)

    def imagined(self, id: str) -> ops.Row:
        """A lead that rows before would have made."""
        return ops.Row(self.checks.new("lead", {}) | {"id": id})

    def needed(self, lines: list[Line]) -> list[str]:
        return [p for p in ("contact", "opportunity", "note") if any(getattr(x, p) for x in lines)]

    async def know_part(self, ctx, part: str, groups: dict[str, Group]) -> None:
        resource = resources[PARTS[part]]
        wanted = {"lead_id__in": ",".join(groups)}
        ids = await query.matching(ctx, resource, wanted, MOST)
        for row in (await many.get(ctx, resource, ids)).values():
            group = groups[row["lead_id"]]
            group.parts[part].append(Entry(part, row, dict(row), group.made))

    def place(self, line: Line) -> None:
        """A row is used whole or not at all."""
        keys = self.rule.keys(line)
        group = self.plan.group(keys)
        if line.empty or (not group.made and self.on_match == "skip"):
            self.plan.skipped += 1
            return
        if self.rule.by == "id" and not group.lead and any(key.startswith("id ") for key in keys):
            column = "lead" if line.lead.get("id") else "contact"
            reason = "There is no object with this id."
            line.problems.append(
                {"column": self.checks.converter.column(column, "id"), "reason": reason}
            )
            return
        ready = self.checked(line, group)
        if line.problems:
            return
        for part, wanted in ready.items():
            self.put(group, part, *wanted)

    def checked(self, line: Line, group: Group) -> dict[str, tuple]:
        """For each part of a row what it makes, or which object it changes and to what."""
        ready: dict[str, tuple] = {}
        lead = group.lead.new if group.lead else self.attempt(line, "lead", line.lead)
        if not group.lead:
            ready["lead"] = None, lead
        elif line.lead:
            ready["lead"] = group.lead, self.attempt(line, "lead", line.lead, known=True)
        lead_id = (lead or {}).get("id")
        contact_id = None
        if line.contact:
            same = next((e for e in group.parts["contact"] if alike(e.new, line.contact)), None)
            ready["contact"] = (
                same,
                self.attempt(line, "contact", line.contact, bool(same), lead_id),
            )
            found = same.new if same else ready["contact"][1]
            contact_id = found and found["id"]
        if line.opportunity:
            body = line.opportunity | {"contact_id": contact_id, "lead_id": lead_id}
            ready["opportunity"] = self.opportunity(line, group, body)
        if line.note:
            text = {"note": line.note["note"], "contact_id": contact_id, "lead_id": lead_id}
            if all(entry.new["note"] != text["note"] for entry in group.parts["note"]):
                ready["note"] = None, self.attempt(line, "note", text)
        return ready

    def opportunity(self, line: Line, group: Group, body: dict) -> tuple:
        """The one with this id; or one that is just so already; or a new one."""
        entries = group.parts["opportunity"]
        same = next((e for e in entries if e.new["id"] == body.get("id")), None)
        said = self.attempt(line, "opportunity", line.opportunity, known=True) or {}
        if not same:
            same = next((e for e in entries if not merged(e.new, said, fill=False)), None)
        if same:
            return same, said
        return None, self.attempt(line, "opportunity", body, lead_id=body["lead_id"])

    def attempt(
        self, line: Line, part: str, body: dict, known: bool = False, lead_id: str | None = None
    ) -> dict | None:
        try:
            if known:
                return self.checks.said(part, body)
            row = self.checks.new(part, body)
        except Invalid as error:
            found = self.checks.problems(part, error)
            line.problems += [problem for problem in found if problem not in line.problems]
            return None
        if part == "lead":
            row["source"] = "import"
        elif lead_id:
            row["lead_id"] = lead_id
        return row

    def put(self, group: Group, part: str, entry: Entry | None, values: dict) -> None:
        if entry:
            entry.new |= merged(entry.new, values, entry.made or self.on_match == "fill")
            return
        entry = Entry(part, None, values, made=True)
        if part == "lead":
            group.lead = entry
        else:
            group.parts[part].append(entry)


def alike(contact: dict, said: dict) -> bool:
    """Whether a row means this contact of the lead: by id; by an address; by the name, where not
    both have addresses; and by a number, where not both have a name."""
    if said.get("id"):
        return contact["id"] == said["id"]
    emails, theirs = addresses(contact), addresses(said)
    name, other = ((one.get("name") or "").lower() for one in (contact, said))
    if emails & theirs:
        return True
    if emails and theirs:
        return False
    if name and other:
        return name == other
    return bool(numbers(contact) & numbers(said))


def addresses(contact: dict) -> set[str]:
    return {item["email"].lower() for item in contact.get("emails", ())}


def numbers(contact: dict) -> set[str]:
    return {item["phone"] for item in contact.get("phones", ())}
