"""From JSON to what a condition tests, as the kind of its field allows."""

import math
import re
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from ajar.formats import phone
from ajar.kernel.custom import PREFIX
from ajar.kernel.registry import resources
from ajar.search import common, moments, tree
from ajar.search.catalogue import Field, Type
from ajar.search.known import CURRENT_USER, targets
from ajar.search.words import IDS, MODES

LONGEST = 1000
MOST_VALUES = 1000
# What custom fields of these types hold; the rest hold texts.
OF_TYPE = {
    "number": "number",
    "date": "day",
    "datetime": "instant",
    "user": "reference",
    "contact": "reference",
    "custom_object": "reference",
}
# Calls and mails have different words for the same directions.
ALSO = {"incoming": "inbound", "outgoing": "outbound", "inbound": "incoming"}
ALSO["outbound"] = "outgoing"
BIGGEST = 10**18


def field(reader: Any, said: Any, of: Type, where: str) -> tuple[Any, Field] | None:
    """The field that is meant: how the tree names it, and what is known of it."""
    kind = said.get("type") if isinstance(said, dict) else None
    if kind == "regular_field":
        return regular(reader, said, of, where)
    if kind == "custom_field":
        return added(reader, said, of, where)
    reader.wrong(f"{where}.type", "Must be one of regular_field, custom_field.")
    return None


def regular(reader: Any, said: dict, of: Type, where: str) -> tuple[Any, Field] | None:
    from_type = said.get("object_type", of.name)
    name = said.get("field_name")
    if from_type != of.name and f"activity.{from_type}" != of.name:
        reader.wrong(f"{where}.object_type", f"These are conditions of {of.name}.")
        return None
    found = of.fields.get(name) if isinstance(name, str) else None
    if not found:
        words = ", ".join(sorted(of.fields))
        reader.wrong(f"{where}.field_name", f"There is no such field of {of.name}: {words}.")
        return None
    return tree.Regular(found.name), found


def added(reader: Any, said: dict, of: Type, where: str) -> tuple[Any, Field] | None:
    id = said.get("custom_field_id")
    known = reader.known.fields.get(id) if isinstance(id, str) else None
    if not known or of.part or not belongs(known, of.resource):
        reason = f"There is no such custom field of {of.name}."
        reader.wrong(f"{where}.custom_field_id", reason)
        return None
    kind = OF_TYPE.get(known["type"], "text")
    key = reader.keep(f"{PREFIX}{id}")
    to = known["type"] if kind == "reference" else ""
    several, converting = bool(known["accepts_multiple_values"]), bool(known["converting_to_type"])
    table = of.resource.about.table.name
    return tree.Added(key, kind, several, converting), Field(
        str(id), kind, lambda rows: None, to=to, table=table
    )


def belongs(definition: dict, resource: Any) -> bool:
    """Whether objects of this kind may have a value of it."""
    custom = resource.about.custom
    if not custom:
        return False
    if definition["_type"] == resources[custom.kind.fields].about.type:
        return True
    associations = definition.get("associations") or ()
    return any(one["object_type"] == custom.kind.name for one in associations)


def test(reader: Any, said: Any, of: Field, where: str) -> Any:
    kind = said.get("type") if isinstance(said, dict) else None
    if kind not in of.tests:
        reader.wrong(f"{where}.type", f"Must be one of {', '.join(of.tests)}.")
        return None
    return TESTS[kind](reader, said, of, where)


def exists(reader: Any, said: dict, of: Field, where: str) -> Any:
    return tree.Exists()


def boolean(reader: Any, said: dict, of: Field, where: str) -> Any:
    value = said.get("value")
    if not isinstance(value, bool):
        reader.wrong(f"{where}.value", "Value must be of bool type.")
        return None
    return tree.Truth(value)


def current_user(reader: Any, said: dict, of: Field, where: str) -> Any:
    reader.user_dependent = True
    return one_of(reader, [reader.ctx.user_id])


def text(reader: Any, said: dict, of: Field, where: str) -> Any:
    value, mode = said.get("value"), said.get("mode", "full_words")
    if mode not in MODES:
        reader.wrong(f"{where}.mode", f"Must be one of {', '.join(MODES)}.")
        return None
    if not isinstance(value, str) or len(value) > LONGEST:
        reader.wrong(f"{where}.value", f"Must be a text of at most {LONGEST} letters.")
        return None
    if of.name == "phone" and mode == "exact_value":
        value = number(value)
    begun = mode == "beginning_of_words"
    many = common.rows(reader.known.words, of.table, value, begun) > common.MANY
    return tree.Like(mode, reader.keep(value), indexed(value), many)


def indexed(value: str) -> bool:
    """Whether an index knows the words of a text: there must be one, and ids are left out."""
    return bool(re.search("[A-Za-z0-9]", value)) and not value.lower().startswith(IDS)


def number(text: str) -> str:
    """A telephone number in the form in which it is kept, if it is one."""
    try:
        return phone.parse(text)["phone"]
    except ValueError:
        return text


def term(reader: Any, said: dict, of: Field, where: str) -> Any:
    values = texts(reader, said.get("values"), f"{where}.values")
    if values is None:
        return None
    if of.name == "direction":
        values += [ALSO[value] for value in values if value in ALSO]
    elif of.choices:
        for index, value in enumerate(values):
            if value not in of.choices:
                reader.wrong(f"{where}.values.{index}", "Not a valid choice.")
    return one_of(reader, values)


def one_of(reader: Any, values: list, groups: bool = False) -> tree.OneOf:
    if len(values) == 1 and not groups:
        return tree.OneOf(reader.keep(values[0]), single=True)
    return tree.OneOf(reader.keep(values), groups)


def texts(reader: Any, said: Any, where: str) -> list[str] | None:
    if not isinstance(said, list) or len(said) > MOST_VALUES:
        reader.wrong(where, f"Must be a list of at most {MOST_VALUES} values.")
        return None
    wrong = [index for index, value in enumerate(said) if not isinstance(value, str)]
    for index in wrong:
        reader.wrong(f"{where}.{index}", "Value must be of str type.")
    return None if wrong else list(said)


def reference(reader: Any, said: dict, of: Field, where: str) -> Any:
    """Ids of objects that exist. Whoever asks may be meant, or a group."""
    word = said.get("reference_type", of.to)
    meant = targets(word) if isinstance(word, str) else ()
    if of.to not in meant:
        fitting = [of.to, "user_or_group"] if of.to == "user" else [of.to]
        reader.wrong(f"{where}.reference_type", f"Must be one of {', '.join(fitting)}.")
        return None
    ids = texts(reader, said.get("object_ids"), f"{where}.object_ids")
    if ids is None:
        return None
    found = {id for name in meant for id in reader.known.ids.get(name, ())}
    for index, id in enumerate(ids):
        mine = id == CURRENT_USER and of.to == "user"
        reader.user_dependent |= mine
        if not mine and id not in found:
            reader.wrong(f"{where}.object_ids.{index}", "Object does not exist.")
    groups = any(id in reader.known.ids.get("group", ()) for id in ids)
    meant_ids = [reader.ctx.user_id if id == CURRENT_USER else id for id in ids]
    return one_of(reader, meant_ids, groups)


def number_range(reader: Any, said: dict, of: Field, where: str) -> Any:
    given = {name: said[name] for name in ("gt", "gte", "lt", "lte") if name in said}
    if not given:
        reader.wrong(where, "Say gt, gte, lt or lte.")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            reader.wrong(f"{where}.{name}", "Value must be of number type.")
            return None
        if value is not None and not (math.isfinite(value) and abs(value) <= BIGGEST):
            reader.wrong(f"{where}.{name}", "This number is too large.")
            return None
    kept = {name: Decimal(str(value)) for name, value in given.items() if value is not None}
    return bounded((name, reader.keep(value)) for name, value in kept.items())


def bounded(bounds: Any) -> Any:
    """Without a bound, any value will do."""
    bounds = tuple(bounds)
    return tree.Range(bounds) if bounds else tree.Exists()


def moment_range(reader: Any, said: dict, of: Field, where: str) -> Any:
    names = {"on_or_after": "gte", "before": "lt"}
    if not names.keys() & said.keys():
        reader.wrong(where, "Say on_or_after or before.")
        return None
    found = []
    for name, comparison in names.items():
        if said.get(name) is None:
            continue
        try:
            moment = moments.resolve(said[name], reader.now, reader.ctx.zone)
        except moments.Wrong as wrong:
            reader.wrong(f"{where}.{name}.{wrong.where}".rstrip("."), str(wrong))
            return None
        forms = forms_of(moment, of.kind, reader.ctx.zone)
        found += [(comparison, *(reader.keep(form) for form in forms))]
    return bounded(found)


def forms_of(moment: datetime, kind: str, zone: Any) -> list[Any]:
    """A moment as it is compared to moments, or to days, or both. A day is when it begins."""
    if kind == "moment":
        return [moment]
    written = moment.astimezone(UTC).isoformat(timespec="microseconds")
    if kind == "instant":
        return [written]
    local = moment.astimezone(zone)
    begun = local.timetz().replace(tzinfo=None) == time.min
    day = local.date() if begun else (local + moments.DAY).date()
    return [day.isoformat(), written] if kind == "due" else [day.isoformat()]


def local_time(reader: Any, said: dict, of: Field, where: str) -> Any:
    bounds = {}
    for name in ("on_or_after", "before"):
        try:
            bounds[name] = None if said.get(name) is None else time.fromisoformat(said[name])
        except (TypeError, ValueError):
            reader.wrong(f"{where}.{name}", "Must be a time of day, as in 09:30:00.")
            return None
    since, until = bounds.values()
    if not (since or until):
        reader.wrong(where, "Say on_or_after or before.")
        return None
    kept = [bound and reader.keep(bound.replace(tzinfo=None)) for bound in (since, until)]
    return tree.Clock(*kept, over_midnight=bool(since and until and since > until))


TESTS = {
    "exists": exists,
    "boolean": boolean,
    "current_user": current_user,
    "text": text,
    "term": term,
    "reference": reference,
    "number_range": number_range,
    "moment_range": moment_range,
    "local_time": local_time,
}
