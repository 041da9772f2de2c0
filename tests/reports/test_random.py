"""A random history: every metric of an activity report is what the lists of the API say."""

import os
import random
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

SEEDS = range(int(os.environ.get("AJAR_REPORT_SEEDS", "1")))
MISSED = ("no-answer", "busy", "blocked", "error", "abandoned")
VOICEMAIL = ("vm-left", "vm-answer")
DECLINED = ("declined-by-lead", "declined-by-org")


def moment(text, zone):
    """When something happened; a day is when it begins for who asks."""
    if len(text) == len("2026-03-01"):
        return datetime.combine(date.fromisoformat(text), time.min, zone)
    return datetime.fromisoformat(text)


# The plain evaluation: of the first word of a key, which rows; of the others, which of these


def calls(lists, way, which):
    for call in lists["activity/call"]:
        ways = way in ("all", call["direction"])
        meets = {
            "all": True,
            "answered": call["disposition"] == "answered",
            "missed": call["disposition"] in MISSED,
            "voicemail": call["disposition"] in VOICEMAIL,
            "regular": call["source"] == "Close.io" and call["call_method"] == "regular",
            "external": call["source"] == "External",
            "power_dialer": call["call_method"] == "power",
            "predictive_dialer": call["call_method"] == "predictive",
        }
        if ways and meets[which]:
            yield call, call["activity_at"], call["user_id"]


def emails(lists, way, which):
    which, _, reply = which.partition("_with")
    for mail in lists["activity/email"]:
        bulk, sequence = mail["bulk_email_action_id"], mail["sequence_id"]
        how = {"all": True, "bulk": bulk, "sequences": sequence, "manual": not (bulk or sequence)}
        replied = {"": True, "_reply": mail["has_reply"], "out_reply": not mail["has_reply"]}
        sent = mail["status"] == "sent" and how[which] and replied[reply]
        kinds = {"sent": sent, "opened": sent and mail["opens"]}
        if kinds.get(way, mail["status"] == "inbox"):
            yield mail, mail["activity_at"], mail["user_id"]


def sms(lists, way, which):
    status = {"sent": "sent", "received": "inbox"}[way]
    for one in lists["activity/sms"]:
        if one["status"] == status and (which == "all" or one["sequence_id"]):
            yield one, one["activity_at"], one["user_id"]


def whatsapp(lists, way, which):
    direction = {"sent": "outgoing", "received": "incoming"}[way]
    for one in lists["activity/whatsapp_message"]:
        if one["direction"] == direction:
            yield one, one["activity_at"], one["user_id"]


def meetings(lists, way, which):
    for one in lists["activity/meeting"]:
        kinds = {"scheduled": (one["status"],), "declined": DECLINED}
        if one["status"] in kinds.get(way, (way,)):
            yield one, one["activity_at"], one["user_id"]


def tasks(lists, way, which):
    if way == "completed":
        return [(t, t["activity_at"], t["user_id"]) for t in lists["activity/task_completed"]]
    kinds = ("lead", "outgoing_call")
    made = [t for t in lists["task"] if t["_type"] in kinds]
    return [(t, t["date_created"], t["assigned_to"]) for t in made]


def plain(name):
    def found(lists, way, which):
        for one in lists[name]:
            drafted = one.get("status") == "draft" and name == "activity/custom"
            typed = not which.startswith("actitype_") or one["custom_activity_type_id"] == which
            if typed and not drafted:
                yield one, one["activity_at"], one["user_id"]

    return found


def leads(lists, way, which):
    if way == "status_changed":
        yield from plain("activity/status_change/lead")(lists, way, which)
    if way == "created":
        yield from ((one, one["date_created"], one["created_by"]) for one in lists["lead"])
    if way == "contacted":
        yield from calls(lists, "outbound", "all")
        yield from emails(lists, "sent", "all")
        yield from sms(lists, "sent", "all")
        yield from whatsapp(lists, "sent", "all")


def opportunities(lists, way, which):
    if way == "status_changed":
        yield from plain("activity/status_change/opportunity")(lists, way, which)
        return
    status = way.removeprefix("value_")
    for one in lists["opportunity"]:
        at = {"won": one["date_won"], "lost": one["date_lost"]}.get(status, one["date_created"])
        user = one["created_by"] if way == "created" else one["user_id"]
        period = which in ("all", one["value_period"])
        meets = status in ("created", "created_for", one["status_type"])
        if meets and period and at:
            yield one, at, user


AREAS = {
    "calls": calls,
    "emails": emails,
    "sms": sms,
    "whatsapp": whatsapp,
    "meetings": meetings,
    "tasks": tasks,
    "notes": plain("activity/note"),
    "custom_activities": plain("activity/custom"),
    "form_submissions": plain("activity/form_submission"),
    "leads": leads,
    "opportunities": opportunities,
}


def value(row, name, at, zone):
    if name == "time_to_close":
        ended = moment(at, UTC)
        return max((ended - moment(row["date_created"], zone)).total_seconds(), 0)
    return row[name]


def number(rows, key, zone):
    how, _, of = key.rpartition(".")[2].partition("_")
    if key.startswith("leads.contacted"):
        return len({row["lead_id"] for row, *_ in rows})
    if how == "count":
        return len(rows)
    values = [value(row, of, at, zone) for row, at, *_ in rows]
    values = [one for one in values if one is not None]
    if how == "sum":
        return sum(values)
    return sum(values) / len(values) if values else None


class Plain:
    """What a report should answer."""

    def __init__(self, lists, zone, start, end, users, lead_ids):
        self.lists, self.zone, self.start, self.end = lists, zone, start, end
        self.users, self.lead_ids, self.known = users, lead_ids, {}

    def rows(self, key):
        """(row, when as it is shown, user, when) of what is within the report."""
        if key not in self.known:
            area, way, which, _ = key.split(".")
            found = AREAS[area](self.lists, way, which)
            every = [(*one, moment(one[1], self.zone)) for one in found]
            self.known[key] = [one for one in every if self.within(*one)]
        return self.known[key]

    def within(self, row, _, user, at):
        lead = row["id"] if row["id"].startswith("lead_") else row["lead_id"]
        known = (not self.users or user in self.users) and lead in self.lead_ids
        return known and (not self.start or self.start <= at < self.end)

    def total(self, key):
        return number(self.rows(key), key, self.zone)

    def of_user(self, key, id):
        return number([one for one in self.rows(key) if one[2] == id], key, self.zone)

    def between(self, key, start, end):
        rows = [one for one in self.rows(key) if start <= one[3] < end]
        return number(rows, key, self.zone)


def same(found, wanted):
    return found == (wanted if wanted is None else pytest.approx(wanted, abs=0.01))


def wrong(found, wanted):
    """The metrics that differ, with both."""
    return {key: (found[key], one) for key, one in wanted.items() if not same(found[key], one)}


@pytest.fixture
def asked(history):
    """Random requests about a random history, and what they should answer."""

    def ask(seed):
        told = history(seed)
        api, chance = told.api, random.Random(seed)
        lists = told.lists()
        keys = [one["key"] for one in api.ok("get", "/report/activity/metrics/")["metrics"]]
        view = api.make("saved_search", s_query={"query": named("Acme")})["id"]
        acme = {lead["id"] for lead in lists["lead"] if lead["name"] == "Acme"}
        everything = {lead["id"] for lead in lists["lead"]}
        for number in range(4):
            zone = timezone(timedelta(hours=chance.choice((0, -7.5, 10))))
            first = datetime(2026, 3, 1, tzinfo=zone) + timedelta(days=chance.randrange(9))
            last = first + timedelta(days=chance.choice((1, 7, 20, 90, 300)))
            said = {"datetime_range": {"start": first.isoformat(), "end": last.isoformat()}}
            if number == 1:
                first = last = None
                said = {"relative_range": "all-time"}
            users = chance.choice(([], [told.users[0]], [told.group]))
            users = [] if number == 1 else users
            people = told.users[1:] if users == [told.group] else users
            limited = number in (2, 3)
            said |= {
                "metrics": keys,
                "users": users,
                "type": ("overview", "comparison")[number % 2],
            }
            query = {"type": "saved_search", "saved_search_id": view}
            said |= {"query": query} if limited else {}
            plain = Plain(lists, zone, first, last, people, acme if limited else everything)
            hours = str(zone.utcoffset(None) / timedelta(hours=1))
            headers = {"x-tz-offset": hours}
            body = api.ok("post", "/report/activity/", json=said, headers=headers)
            if number in (1, 2):
                counts = [key for key in keys if key.endswith(".count")]
                check_lines(api, body, plain, headers, chance.sample(counts, 12))
            yield said, plain, keys, body

    return ask


def check_lines(api, body, plain, headers, keys):
    """The leads behind each number are found by the line that comes with it."""
    for key in keys:
        (line,) = body["queries"]["leads"][key]
        params = {"query": line, "_fields": "id", "_limit": 200}
        leads = api.ok("get", "/lead/", params=params, headers=headers)["data"]
        wanted = {row.get("lead_id", row["id"]) for row, *_ in plain.rows(key)}
        assert {one["id"] for one in leads} == wanted, line


def named(name):
    field = {"type": "regular_field", "object_type": "lead", "field_name": "name"}
    test = {"type": "text", "mode": "exact_value", "value": name}
    return {"type": "field_condition", "field": field, "condition": test}


RARE = 20  # metrics of which a short history may have no example


@pytest.mark.parametrize("seed", SEEDS)
def test_every_metric_is_what_the_lists_say(asked, seed):
    for said, plain, keys, body in asked(seed):
        totals = body["aggregations"]["totals"]
        assert wrong(totals, {key: plain.total(key) for key in keys}) == {}
        if "relative_range" in said and seed == 0:
            assert len([key for key, total in totals.items() if not total]) < RARE
        if said["type"] == "comparison":
            for row in body["data"]:
                wanted = {key: plain.of_user(key, row["user_id"]) for key in keys}
                assert wrong(row, wanted) == {}
        else:
            check_periods(plain, keys, body["data"])


def check_periods(plain, keys, rows):
    starts = [datetime.fromisoformat(row["datetime"]) for row in rows]
    assert starts == sorted(starts)
    ends = [*starts[1:], datetime.max.replace(tzinfo=UTC) - timedelta(days=2)]
    for row, start, end in list(zip(rows, starts, ends, strict=True))[:40]:
        wanted = {key: plain.between(key, start, end) for key in keys}
        assert wrong(row, wanted) == {}, start
