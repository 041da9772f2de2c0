"""Twenty questions that a sales team's Smart Views ask, each as a search and as SQL written by
hand for the same rows in the same order. `{name}` is filled in from what the data is known by."""

from dataclasses import dataclass
from typing import Any

NEWEST = "order by {t}.date_created desc, {t}.id desc"
PAGE = 100


@dataclass(frozen=True)
class Question:
    title: str
    kind: str  # of the objects that are found
    queries: tuple[dict, ...]
    table: str  # and the alias of its rows in the SQL
    where: str
    order: str = NEWEST
    sort: tuple[dict, ...] = ()
    counted: bool = False

    def body(self, known: dict[str, Any]) -> dict[str, Any]:
        every = [{"type": "object_type", "object_type": self.kind}, *self.queries]
        query = {"type": "and", "queries": every}
        shown = {self.kind: ["id", *SHOWN[self.kind]]}
        sort = {"sort": list(self.sort)} if self.sort else {}
        return filled(
            {"query": query, "_fields": shown, "include_counts": self.counted, **sort}, known
        )

    def sql(self, known: dict[str, Any]) -> str:
        """A page of ids in their order, and the fields of these; $1 is the organization."""
        t = self.table
        own = f"{t}.organization_id = $1 and {self.where}"
        order = self.order.replace("{t}", t)
        count = f"(select count(*) from {TABLES[self.kind]} {t} where {own})"
        text = f"""with page as materialized (
            select {t}.id, row_number() over ({order}) as place
            from {TABLES[self.kind]} {t} where {own} {order} limit {PAGE})
        select json_build_object('data', (select json_agg(json_build_object(
            'id', {t}.id, {HAND[self.kind]}) order by page.place)
            from page join {TABLES[self.kind]} {t} on {t}.organization_id = $1
            and {t}.id = page.id), 'total', {count if self.counted else "null"})::text"""
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text


TABLES = {
    "lead": "lead",
    "contact": "contact",
    "opportunity": "opportunity",
    "task": "task",
    "activity.call": "activity",
}
SHOWN = {
    "lead": ["name", "status_label", "date_updated"],
    "contact": ["name", "title"],
    "opportunity": ["value", "status_label"],
    "task": ["text", "date"],
    "activity.call": ["duration", "note"],
}
HAND = {
    "lead": """'name', l.name, 'date_updated', to_char(l.date_updated at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), 'status_label', (select s.label from status_lead s
        where s.organization_id = $1 and s.id = l.status_id)""",
    "contact": "'name', c.name, 'title', c.title",
    "opportunity": """'value', o.value, 'status_label', (select s.label from status_opportunity s
        where s.organization_id = $1 and s.id = o.status_id)""",
    "task": "'text', t.text, 'date', t.date",
    "activity.call": "'duration', a.duration, 'note', a.note",
}


def filled(said: Any, known: dict[str, Any]) -> Any:
    if isinstance(said, dict):
        return {key: filled(value, known) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [filled(value, known) for value in said]
    if isinstance(said, str) and said.startswith("{"):
        return known[said.strip("{}")]
    return said


def regular(kind: str, name: str) -> dict:
    return {"type": "regular_field", "object_type": kind, "field_name": name}


def where(kind: str, name: str, test: str, **condition: Any) -> dict:
    field = regular(kind, name)
    return {"type": "field_condition", "field": field, "condition": {"type": test, **condition}}


def added(id: str, test: str, **condition: Any) -> dict:
    field = {"type": "custom_field", "custom_field_id": id}
    return {"type": "field_condition", "field": field, "condition": {"type": test, **condition}}


def one_of(kind: str, name: str, to: str, *ids: str) -> dict:
    return where(kind, name, "reference", reference_type=to, object_ids=list(ids))


def related(this: str, other: str, *queries: dict, negate: bool = False) -> dict:
    said = {"this_object_type": this, "related_object_type": other}
    inner = {"type": "and", "queries": list(queries)}
    return {"type": "has_related", "related_query": inner, "negate": negate} | said


def since(kind: str, name: str, moment: str) -> dict:
    at = {"type": "fixed_utc", "value": moment}
    return where(kind, name, "moment_range", on_or_after=at)


def down(kind: str, name: str) -> dict:
    return {"direction": "desc", "field": regular(kind, name)}


CALLS = "select from activity a where a.organization_id = $1 and a._type = 'Call'"
OF_LEAD = "and a.lead_id = l.id"
TASKS = "select from task t where t.organization_id = $1 and t.lead_id = l.id"
OPEN = where("task", "is_complete", "boolean", value=False)
SOMEWHERE = """({{words_of_lead}} @@ '{0}'::tsquery or (select true from contact c
    where c.organization_id = $1 and c.lead_id = m.id
    and {{words_of_contact}} @@ '{0}'::tsquery limit 1))"""
QUESTIONS = (
    Question(
        "leads of a status",
        "lead",
        (one_of("lead", "status_id", "status.lead", "{status}"),),
        "l",
        "l.status_id = '{status}'",
    ),
    Question(
        "leads of a status, changed last first",
        "lead",
        (one_of("lead", "status_id", "status.lead", "{status}"),),
        "l",
        "l.status_id = '{status}'",
        "order by l.date_updated desc, l.id desc",
        (down("lead", "date_updated"),),
    ),
    Question(
        "leads of one account manager",
        "lead",
        (added("{manager}", "reference", reference_type="user", object_ids=["{user}"]),),
        "l",
        """l.custom @> '{"custom.{manager}": "{user}"}'""",
    ),
    Question(
        "leads of an industry with many employees",
        "lead",
        (
            added("{industry}", "term", values=["Health"]),
            added("{employees}", "number_range", gte=1900),
        ),
        "l",
        """l.custom @> '{"custom.{industry}": "Health"}'
        and (l.custom ->> 'custom.{employees}')::numeric >= 1900""",
    ),
    Question(
        "no call in 7 days",
        "lead",
        (
            related(
                "lead",
                "activity.call",
                since("activity.call", "activity_at", "{week_ago}"),
                negate=True,
            ),
        ),
        "l",
        f"not exists ({CALLS} {OF_LEAD} and a.activity_at >= '{{week_ago}}')",
    ),
    Question(
        "never called",
        "lead",
        (related("lead", "activity.call", negate=True),),
        "l",
        f"not exists ({CALLS} {OF_LEAD})",
    ),
    Question(
        "called in 7 days, of a status",
        "lead",
        (
            one_of("lead", "status_id", "status.lead", "{status}"),
            related("lead", "activity.call", since("activity.call", "activity_at", "{week_ago}")),
        ),
        "l",
        f"""l.status_id = '{{status}}'
        and exists ({CALLS} {OF_LEAD} and a.activity_at >= '{{week_ago}}')""",
    ),
    Question(
        "an open task of mine",
        "lead",
        (related("lead", "task", OPEN, one_of("task", "assigned_to", "user", "{user}")),),
        "l",
        f"exists ({TASKS} and not t.is_complete and t.assigned_to = '{{user}}')",
    ),
    Question(
        "no open task, but an active opportunity",
        "lead",
        (
            related("lead", "task", OPEN, negate=True),
            related(
                "lead",
                "opportunity",
                where("opportunity", "status_type", "term", values=["active"]),
            ),
        ),
        "l",
        f"""not exists ({TASKS} and not t.is_complete) and exists (select from opportunity o
        where o.organization_id = $1 and o.lead_id = l.id and o.status_type = 'active')""",
    ),
    Question(
        "an opportunity of more than $49,000",
        "lead",
        (
            related(
                "lead", "opportunity", where("opportunity", "value", "number_range", gt=4_900_000)
            ),
        ),
        "l",
        """exists (select from opportunity o where o.organization_id = $1
        and o.lead_id = l.id and o.value > 4900000)""",
    ),
    Question(
        "exact e-mail address",
        "lead",
        (
            related(
                "lead",
                "contact",
                related(
                    "contact",
                    "contact_email",
                    where("contact_email", "email", "text", mode="exact_value", value="{email}"),
                ),
            ),
        ),
        "l",
        """exists (select from contact c where c.organization_id = $1 and c.lead_id = l.id
        and {addresses_of_contact} @> '["{email}"]')""",
    ),
    Question(
        "words in notes",
        "lead",
        (
            related(
                "lead",
                "activity.note",
                where("activity.note", "note", "text", mode="full_words", value="quote seats"),
            ),
        ),
        "l",
        # Many notes have them: whoever knows that looks at one lead after the other.
        """(select true from activity a where a.organization_id = $1 and a.lead_id = l.id
        and a._type = 'Note' and to_tsvector('simple', translate(left(a.note, 200000),
        '@./:_~+<>&?=#;-', '               ')) @@ plainto_tsquery('simple', 'quote seats')
        limit 1)""",
    ),
    Question(
        "a word of the name",
        "lead",
        ({"type": "text", "mode": "full_words", "value": "Bluth Robotics"},),
        "l",
        # The lead says both, or one of its contacts says at least one, and something the other.
        f"""l.id in (select m.id from lead m where m.organization_id = $1
        and {{words_of_lead}} @@ 'bluth & robotics'::tsquery
        union all select m.id from lead m where m.organization_id = $1
        and m.id in (select c.lead_id from contact c where c.organization_id = $1
        and {{words_of_contact}} @@ 'bluth | robotics'::tsquery)
        and {SOMEWHERE.format("bluth")} and {SOMEWHERE.format("robotics")})""",
    ),
    Question(
        "leads of a state",
        "lead",
        (
            related(
                "lead",
                "address",
                where("address", "state", "text", mode="exact_value", value="CA"),
            ),
        ),
        "l",
        """exists (select from jsonb_array_elements(l.addresses) one
        where lower(one ->> 'state') = 'ca')""",
    ),
    Question(
        "how many leads of a status",
        "lead",
        (one_of("lead", "status_id", "status.lead", "{status}"),),
        "l",
        "l.status_id = '{status}'",
        counted=True,
    ),
    Question(
        "made this month, by name",
        "lead",
        (since("lead", "date_created", "{month_ago}"),),
        "l",
        "l.date_created >= '{month_ago}'",
        "order by lower(l.name) nulls last, l.id",
        ({"direction": "asc", "field": regular("lead", "name")},),
    ),
    Question(
        "opportunities that may be won, the largest first",
        "opportunity",
        (where("opportunity", "status_type", "term", values=["active"]),),
        "o",
        "o.status_type = 'active'",
        "order by o.value desc nulls last, o.id desc",
        (down("opportunity", "value"),),
    ),
    Question(
        "contacts with a title",
        "contact",
        (where("contact", "title", "text", mode="full_words", value="CEO"),),
        "c",
        """to_tsvector('simple', translate(left(c.title, 200000), '@./:_~+<>&?=#;-',
        '               ')) @@ plainto_tsquery('simple', 'CEO')""",
    ),
    Question(
        "my open tasks, the first due first",
        "task",
        (OPEN, one_of("task", "assigned_to", "user", "{user}")),
        "t",
        "not t.is_complete and t.assigned_to = '{user}'",
        "order by t.date nulls last, t.id",
        ({"direction": "asc", "field": regular("task", "date")},),
    ),
    Question(
        "long calls of this month",
        "activity.call",
        (
            since("activity.call", "activity_at", "{month_ago}"),
            where("activity.call", "duration", "number_range", gte=300),
        ),
        "a",
        "a._type = 'Call' and a.activity_at >= '{month_ago}' and a.duration >= 300",
    ),
)
