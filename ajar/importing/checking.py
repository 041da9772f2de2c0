"""The checks of `ops` for the rows of a batch: what must be known of other rows is asked once for
all of them, and then every field checks its values as it always does."""

from collections.abc import Iterable
from typing import Any

from ajar.errors import Invalid
from ajar.importing.converting import Converter, Line, definitions
from ajar.kernel import ops
from ajar.kernel.fields import judged
from ajar.kernel.registry import resources

PARTS = {
    "lead": "lead",
    "contact": "contact",
    "opportunity": "opportunity",
    "note": "activity.note",
}
LOOKED_FOR = ("user", "contact", "custom_object")
LISTS = {"emails": "email", "phones": "phone", "urls": "url", "addresses": ""}
EMPTY = (None, "", [])


class Checks:
    """Makes rows of bodies, or says all that is wrong with these."""

    def __init__(self, ctx, converter: Converter, options: Any, answers: dict[str, dict]):
        self.ctx, self.converter, self.answers = ctx, converter, answers
        self.fields = {
            part: {n: f for n, f in resources[name].about.stored.items() if not f.readonly}
            for part, name in PARTS.items()
        }
        self.defaults = {part: self.standard(fields) for part, fields in self.fields.items()}
        names = converter.names
        first = {
            "lead": next(iter(names.lead_statuses.values())),
            "opportunity": next(iter(names.opportunity_statuses.values()))["id"],
        }
        for part, status in first.items():
            self.defaults[part]["status_id"] = options[f"{part}_status_id"] or status
        for part in ("opportunity", "note"):
            self.defaults[part]["user_id"] = options["user_id"] or ctx.user_id

    @classmethod
    async def of(cls, ctx, converter: Converter, options: Any, lines: list[Line]) -> "Checks":
        answers: dict[str, dict] = {"note": {}}
        for part in ("lead", "contact", "opportunity"):
            bodies = [getattr(line, part) for line in lines]
            asked: dict[str, Any] = {}
            if keys := definitions(converter, part):
                asked["custom"] = custom_asked(keys, bodies)
            if part == "contact" and (addresses := every_email(bodies)):
                asked["emails"] = addresses
            resource = resources[PARTS[part]]
            answers[part] = await ops.ask(ctx, resource, asked) if asked else {}
        return cls(ctx, converter, options, answers)

    def standard(self, fields: dict) -> dict:
        """What a row has if nobody says."""
        ctx = self.ctx
        return {n: f.default(ctx) if callable(f.default) else f.default for n, f in fields.items()}

    def new(self, part: str, body: dict) -> dict:
        """The row that a body asks for."""
        values = self.cleaned(part, self.fields[part], self.defaults[part] | body)
        return ops.fresh(self.ctx, resources[PARTS[part]]) | values

    def said(self, part: str, body: dict) -> dict:
        """The values of the fields that a body has something for."""
        fields = {n: f for n, f in self.fields[part].items() if f.sent(body) and not f.fixed}
        if "status_id" in body and part == "opportunity":
            fields["status_type"] = resources[PARTS[part]].about.stored["status_type"]
        return self.cleaned(part, fields, body)

    def cleaned(self, part: str, fields: dict, body: dict) -> dict:
        picked = {name: field.pick({}, body) for name, field in fields.items()}
        answers = picked | self.answers[part]  # ids that were looked up answer for themselves
        if part == "opportunity" and body.get("status_id"):
            status = self.converter.names.opportunity_statuses[body["status_id"]]
            answers = answers | {"status_id": status, "status_type": status}
        return judged(fields, picked, answers, {})

    def problems(self, part: str, error: Invalid) -> list[dict[str, str]]:
        """What is wrong, by the columns of the file."""
        found = [{"column": "", "reason": reason} for reason in error.body["errors"]]
        for name, said in error.body["field-errors"].items():
            inner, reason = innermost(said)
            column = self.converter.column(part, name, inner) or self.converter.column(part, name)
            found.append({"column": column or name, "reason": reason})
        return found


def innermost(said: Any, name: str = "") -> tuple[str, str]:
    """Of errors within errors the first: which part of an item it is about, and the reason."""
    if isinstance(said, str):
        return name, said
    for key, inner in said.items():
        if inner:
            inner = inner[0] if isinstance(inner, list) else inner
            deeper = name if key.isdigit() or key in ("errors", "field-errors") else key
            return innermost(inner, deeper)
    return name, "Invalid value."


def custom_asked(keys: dict[str, dict], bodies: list[dict]) -> dict:
    looked_for = [key for key, one in keys.items() if one["type"] in LOOKED_FOR]
    values: set[str] = set()
    for body in bodies if looked_for else ():
        for key in looked_for:
            given = body.get(key, ())
            values.update([given] if isinstance(given, str) else given)
    names = [one["id"] for one in keys.values()]
    return {"names": names, "values": sorted(values), "type_id": None}


def every_email(bodies: Iterable[dict]) -> list[str]:
    return [item["email"].lower() for body in bodies for item in body.get("emails", ())]


def merged(old: dict[str, Any], said: dict[str, Any], fill: bool) -> dict[str, Any]:
    """What of a row changes. Lists grow by what they lack; `fill` leaves alone what is there."""
    new = {}
    for name, value in said.items():
        before: Any = old[name]
        if name == "custom":
            value = value | before if fill else before | value
        elif fill and before not in EMPTY:
            continue
        elif name in LISTS:
            value = joined(name, before, value)
        if value != before:
            new[name] = value
    return new


def joined(name: str, before: Any, more: list[dict]) -> list[dict]:
    known = [identity(name, item) for item in before]
    return before + [item for item in more if identity(name, item) not in known]


def identity(name: str, item: dict) -> Any:
    """What makes two items of a list the same."""
    if key := LISTS[name]:
        return item[key].lower()
    return {k: v for k, v in item.items() if k not in ("label", "tz_ids")}
