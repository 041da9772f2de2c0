"""The steps of a sequence, and when they may be taken."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar import ids
from ajar.errors import ApiError, Invalid
from ajar.formats import zone
from ajar.formats.schedule import MIDNIGHT, time_of_day
from ajar.kernel import Bool, Choice, Int, Items, Text, query
from ajar.kernel.fields import cleaned
from ajar.kernel.registry import resources
from ajar.resources.connected_account import Object

LONGEST = 10 * 366 * 24 * 3600  # seconds: ten years
TEMPLATES = {"email_template_id": "email", "sms_template_id": "sms"}
FORM = "%Y-%m-%dT%H:%M:%S.%f"  # the newer kinds of the API show no offset


class Delay(Int):
    blank = 0


STEP = {
    "id": Text(),
    "step_type": Choice("email", "call", "sms", required=True, default="email"),
    "delay": Delay(least=0, most=LONGEST, default=0),
    "required": Bool(default=True),
    "step_allowed_delay": Int(least=0, most=LONGEST),
    "email_template_id": Text(),
    "sms_template_id": Text(),
    "threading": Choice("old_thread", "new_thread"),
}


class NotShared(ApiError):
    """Whoever sees the sequence must see what it sends."""

    def __init__(self, id: str):
        text = f'Template "{id}" cannot be used in Workflows because it is not shared.'
        super().__init__(text)
        self.body = {"errors": [text], "field-errors": {}}


class Steps(Items):
    """Steps in their order. One that is sent with its id stays itself, with what is not said
    about it; one that is not sent is gone."""

    asked_type = JSONB

    def __init__(self, **options):
        super().__init__(STEP, **options)

    def pick(self, old, data):
        return data.get(self.name), old.get(self.name)

    def asked(self, value):
        """The ids of templates, by the kind of template."""
        sent = value[0] if isinstance(value[0], list) else []
        steps = [step for step in sent if isinstance(step, dict)]
        found = {name: [step.get(name) for step in steps] for name in TEMPLATES}
        found = {name: [id for id in ids if isinstance(id, str)] for name, ids in found.items()}
        return found if any(found.values()) else None

    def question(self, asked):
        """Which of these are templates that the caller sees, and whether they are shared."""
        parts = []
        for name in TEMPLATES:
            template = resources[name.removesuffix("_id")]
            rows = query.rows(template)
            id = func.jsonb_array_elements_text(asked.op("->")(name)).column_valued("id")
            shared = func.jsonb_object_agg(rows.c.id, rows.c.is_shared)
            found = query.owned(template, rows, shared).where(rows.c.id.in_(sa.select(id)))
            parts += [name, found.scalar_subquery()]
        return func.jsonb_build_object(*parts, type_=JSONB)

    def items(self, value):
        return value

    def clean(self, value, answer=None):
        sent, before = value
        known = {step["id"]: step for step in before or ()}
        steps, errors = [], {}
        for index, item in enumerate(super().clean(sent)):
            try:
                step = one(item, known if before is not None else None)
                check_templates(step, answer if isinstance(answer, dict) else {})
                known.pop(step["id"], None)  # the same step twice would be two with one id
                steps.append(step)
            except Invalid as error:
                errors[str(index)] = error.body
        if errors:
            raise Invalid(fields={self.name: {"errors": errors}})
        return steps

    def stamp(self, ctx, old, new):
        """Say who made and who changed which step."""
        before = {step["id"]: step for step in old.get(self.name, ())}
        now = ctx.now.strftime(FORM)
        for step in new[self.name]:
            if step == before.get(step["id"]):
                continue
            if step["id"] not in before:
                step |= {"created_by_id": ctx.user_id, "date_created": now}
            step |= {"updated_by_id": ctx.user_id, "date_updated": now}


def one(item: Any, known: dict | None) -> dict:
    """A step as it is kept. In a new sequence (`known` is None) all steps are new, also those of
    a copy, which bring the ids of the original."""
    id = item.get("id") if isinstance(item, dict) and known is not None else None
    old = (known or {}).get(id) if isinstance(id, str) else None
    values = cleaned(STEP, old | item if old else item)
    if id and not old:
        raise Invalid(fields={"id": "Object does not exist."})
    if old and old["step_type"] != values["step_type"]:
        raise Invalid(fields={"step_type": "Value cannot be changed."})
    mails = values["step_type"] == "email"
    values["threading"] = (values["threading"] or "new_thread") if mails else None
    return (old or {}) | values | {"id": id or ids.new("seqstep")}


def check_templates(step: dict, known: dict) -> None:
    errors = {}
    for name, type_ in TEMPLATES.items():
        id, shared = step[name], known.get(name) or {}
        if step["step_type"] != type_ and id:
            errors[name] = f"Only a step of type {type_} has this."
        elif step["step_type"] == type_ and not id:
            errors[name] = "This field is required."
        elif id and id not in shared:
            errors[name] = "Object does not exist."
        elif id and not shared[id]:
            raise NotShared(id)
    if errors:
        raise Invalid(fields=errors)


class TimeOfDay(Text):
    def clean(self, value, answer=None):
        return time_of_day(super().clean(value)).isoformat()


RANGE = {
    "weekday": Int(least=1, most=7, required=True),
    "start": TimeOfDay(required=True),
    "end": TimeOfDay(required=True),
}


class Ranges(Items):
    """At least one: a sequence that may never go on is a mistake."""

    name = "ranges"

    def __init__(self):
        super().__init__(RANGE, required=True)

    def items(self, value):
        ranges = super().items(value)
        late = [one for one in ranges if MIDNIGHT.isoformat() != one["end"] <= one["start"]]
        if late:
            raise ValueError("Each range must end after it starts.")
        return ranges


RANGES = Ranges()


class Schedule(Object):
    """When steps may be taken; nothing means always."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value is None:
            return None
        try:
            return {"ranges": RANGES.clean(value.get("ranges"))}
        except Invalid as error:
            raise Invalid(fields={self.name: error.body}) from None
        except ValueError as error:
            raise Invalid(fields={self.name: Invalid({"ranges": str(error)}).body}) from None


class Timezone(Text):
    """By its IANA name."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and not zone.exists(value):
            raise ValueError("Not the name of a time zone, such as America/New_York.")
        return value
