"""A random history: what the status change reports and the funnel answer is what a plain look at
every lead, every opportunity and their changes finds."""

import os
import random
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

SEEDS = range(int(os.environ.get("AJAR_REPORT_SEEDS", "1")))
FIRST = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
KINDS = {
    "lead": ("lead", "activity/status_change/lead", "lead_id"),
    "opportunity": ("opportunity", "activity/status_change/opportunity", "opportunity_id"),
}


def when(text):
    return datetime.fromisoformat(text)


class Subject:
    """A lead or an opportunity, and its hops: (when, to which status)."""

    def __init__(self, row, changes):
        self.row = row
        changes = sorted(changes, key=lambda one: (one["activity_at"], one["id"]))
        made = when(row["date_created"])
        if changes:
            first = changes[0]
            self.hops = [(min(made, when(first["activity_at"])), first["old_status_id"])]
        else:
            self.hops = [(made, row["status_id"])]
        self.hops += [(when(one["activity_at"]), one["new_status_id"]) for one in changes]

    def at(self, moment):
        """The status that it had just before a moment."""
        return next((status for at, status in reversed(self.hops) if at < moment), None)

    def moves(self):
        """(when, from, to)"""
        before = None
        for at, status in self.hops:
            yield at, before, status
            before = status

    def visits(self):
        """(status, when it began, when it ended or None)"""
        ends = [*(at for at, _ in self.hops[1:]), None]
        return [(status, at, end) for (at, status), end in zip(self.hops, ends, strict=True)]


def subjects(lists, kind):
    name, changed, key = KINDS[kind]
    return [
        Subject(row, [one for one in lists[changed] if one[key] == row["id"]])
        for row in lists[name]
    ]


@pytest.fixture
def told(history):
    return lambda seed: history(seed + 100, steps=110)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_status_report_is_what_the_changes_say(told, seed):
    story = told(seed)
    lists, chance = story.lists(), random.Random(seed)
    for kind in KINDS:
        for _ in range(3):
            start = FIRST + timedelta(hours=chance.randrange(1000))
            end = start + timedelta(hours=chance.randrange(1, 800))
            check_statuses(story, kind, subjects(lists, kind), start, end)


def check_statuses(story, kind, every, start, end):
    params = {"date_start": start.isoformat(), "date_end": end.isoformat()}
    path = f"/report/statuses/{kind}/{story.api.organization_id}/"
    body = story.api.ok("get", path, params=params)
    for row in body["status_overview"]:
        sides = counted(every, row["status_id"], start, end)
        assert {side: row[side] for side in sides} == {s: len(ids) for s, ids in sides.items()}
        assert row["change"] == row["ended"] - row["started"]
        for side, ids in sides.items():
            assert named(row["_queries"][side]) == (ids or {"none"})
    moves = [move for one in every for move in one.moves() if start <= move[0] < end]
    assert transitions(body["status_transitions"]) == Counter(move[1:] for move in moves)
    went = Counter((one.at(start), one.at(end)) for one in every if one.at(start) != one.at(end))
    assert transitions(body["status_transitions_summary"]) == went


def counted(every, status, start, end):
    def ids(meets):
        return {one.row["id"] for one in every if meets(one)}

    moved = {one: [move for move in one.moves() if start <= move[0] < end] for one in every}
    was, now = (lambda one: one.at(start) == status), (lambda one: one.at(end) == status)
    return {
        "started": ids(was),
        "ended": ids(now),
        "gained": ids(lambda one: now(one) and not was(one)),
        "lost": ids(lambda one: was(one) and not now(one)),
        "entered": ids(lambda one: any(to == status for _, _, to in moved[one])),
        "left": ids(lambda one: any(gone == status for _, gone, _ in moved[one])),
    }


def named(line):
    return set(re.findall('"([^"]+)"', line))


def transitions(rows):
    return Counter({(row["from_status_id"], row["to_status_id"]): row["count"] for row in rows})


# The funnel


def overlaps(visit, start, end):
    return visit[1] < end and (visit[2] is None or visit[2] > start)


class Funnel:
    """What the funnel should answer, looking at one opportunity after the other."""

    def __init__(self, every, pipeline, active, report, cohort):
        self.stages = pipeline["statuses"]
        self.place = {one["id"]: index for index, one in enumerate(self.stages)}
        self.type = {one["id"]: one["type"] for one in self.stages}
        self.start, self.end = report
        self.every = [one for one in every if self.belongs(one, active, cohort)]

    def belongs(self, one, active, cohort):
        if not active and not cohort[0] <= when(one.row["date_created"]) < cohort[1]:
            return False
        return any(not active or self.type[v[0]] == "active" for v in self.visits(one))

    def visits(self, one):
        mine = [visit for visit in one.visits() if visit[0] in self.place]
        return [visit for visit in mine if overlaps(visit, self.start, self.end)]

    def stage(self, id, user=None, statuses=None):
        there, lost, times, worth = 0, 0, [], Counter()
        for one in self.every:
            visits = [visit for visit in self.visits(one) if visit[0] == id]
            if not visits or user not in (None, one.row["user_id"]):
                continue
            there += 1
            amount = one.row["annualized_value"] or 0
            worth["value"] += amount
            worth["weighted_value"] += one.row["annualized_expected_value"] or 0
            gone = [v[2] for v in visits if v[2] and self.start <= v[2] < self.end]
            if any(at in gone and statuses[to] == "lost" for at, to in one.hops):
                lost += 1
                worth["value_lost"] += amount
            if at := self.further(one, id, visits[0]):
                times.append((at - visits[0][1]).total_seconds())
                worth["advanced"] += amount
        return there, lost, times, worth

    def further(self, one, id, visit):
        if self.type[id] != "active":
            return None
        for status, at, _ in one.visits():
            if status not in self.place or at <= visit[1] or at >= self.end:
                continue
            later = self.place[status] > self.place[id] and self.type[status] == "active"
            if later or self.type[status] == "won":
                return at
        return None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_funnel_is_what_the_opportunities_say(told, seed):
    story = told(seed)
    lists, chance = story.lists(), random.Random(seed)
    statuses = {id: one["type"] for id, one in story.statuses.items()}
    every = subjects(lists, "opportunity")
    for active in (True, False, True, False):
        start = FIRST + timedelta(hours=chance.randrange(400))
        report = start, start + timedelta(hours=chance.randrange(100, 1000))
        cohort = FIRST, FIRST + timedelta(hours=chance.randrange(400, 900))
        pipeline = story.api.ok("get", "/pipeline/")["data"][chance.randrange(2)]
        body = {
            "pipeline": pipeline["id"],
            "type": "active-stage-cohort" if active else "created-cohort",
            "report_datetime_range": span(report),
            "cohort_datetime_range": span(cohort),
        }
        plain = Funnel(every, pipeline, active, report, cohort)
        check_stages(story.api, body, plain, statuses)
        check_totals(story.api, body, plain)


def span(bounds):
    return {"start": bounds[0].isoformat(), "end": bounds[1].isoformat()}


def check_stages(api, body, plain, statuses):
    found = api.ok("post", "/report/funnel/opportunity/stages/", json=body)
    users = {one.row["user_id"] for one in plain.every}
    assert {row["user_id"] for row in found["data"]} == users
    groups = [(None, found["aggregations"]["stages"])]
    groups += [(row["user_id"], row["stages"]) for row in found["data"]]
    for user, stages in groups:
        assert [one["status"] for one in stages] == plain.stages
        for one in stages:
            wanted = plain.stage(one["status"]["id"], user, statuses)
            count, lost, times, worth = wanted
            assert (one["count"], one["count_lost"]) == (count, lost)
            amounts = {name: one[name] for name in ("value", "value_lost", "weighted_value")}
            assert amounts == {name: worth[name] for name in amounts}
            if one["status"]["type"] == "active" and count:
                assert one["count_conversion_rate"] == pytest.approx(len(times) / count, abs=1e-5)
                assert one["count_lost_ratio"] == pytest.approx(lost / count, abs=1e-5)
            average = sum(times) / len(times) if times else None
            assert one["average_time_to_advance"] == (average and pytest.approx(average, abs=0.01))


def check_totals(api, body, plain):
    found = api.ok("post", "/report/funnel/opportunity/totals/", json=body)
    rows = [(None, found["aggregations"])] + [(row["user_id"], row) for row in found["data"]]
    for user, row in rows:
        every = [one for one in plain.every if user in (None, one.row["user_id"])]
        ended = {one: plain.type.get(one.at(plain.end)) for one in every}
        closed = [one for one in every if ended[one] in ("won", "lost")]
        won = [one for one in closed if ended[one] == "won"]
        assert row["count"] == len(every)
        assert row["count_total_complete"] == len(closed)
        assert row["count_total_won"] == len(won)
        assert row["value_total_won"] == sum(one.row["annualized_value"] or 0 for one in won)
        rate = pytest.approx(len(won) / len(closed), abs=1e-5) if closed else None
        assert row["count_win_rate"] == rate
