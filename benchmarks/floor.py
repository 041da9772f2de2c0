"""What Ajar is measured against: the same answers with nothing in between. Raw ASGI, asyncpg, SQL
written by hand; nothing is checked, no hook is called, one statement does everything."""

import hashlib
import html
import os
import time
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import asyncpg
import msgspec

from ajar import ids
from ajar.config import Settings


def at(column):
    return f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"000+00:00"')"""


def name_of(user):
    return f"coalesce(nullif(trim({user}.first_name || ' ' || {user}.last_name), ''), {user}.email)"


def tracked(t):
    return f"""{t}.organization_id, {t}.id, {at(f"{t}.date_created")} date_created,
        {at(f"{t}.date_updated")} date_updated, {t}.created_by, {t}.updated_by,
        {name_of("cu")} created_by_name, {name_of("uu")} updated_by_name"""


def people(t):
    return f"""left join "user" cu on cu.organization_id = $1 and cu.id = {t}.created_by
        left join "user" uu on uu.organization_id = $1 and uu.id = {t}.updated_by"""


def spliced(t, row):
    return f"""left(row_to_json({row})::text, -1) || case when {t}.custom = '{{}}' then '}}'
        else ',' || substr({t}.custom::text, 2) end"""


def listed(one, columns, rows, order):
    """A list of the rows of a lead; `one` writes what the columns of x hold."""
    return f"""(select '[' || coalesce(string_agg({one}, ',' order by {order}), '') || ']'
        from {rows} cross join lateral (select {columns}) x)::json"""


def contact_name(k):
    return f"""coalesce(nullif({k}.name, ''), {k}.emails #>> '{{0,email}}',
        {k}.phones #>> '{{0,phone_formatted}}', 'Untitled')"""


NO_LINKS = "'[]'::json integration_links"  # as in most organizations
NAME = """coalesce(nullif(l.name, ''), nullif((select k.name from contact k where
    k.organization_id = $1 and k.lead_id = l.id order by k.date_created, k.id limit 1), ''),
    'Untitled')"""
CONTACTS = listed(
    spliced("c", "x"),
    f"""{tracked("c")}, c.lead_id, c.name, c.title, c.emails, c.phones, c.urls, c.timezone,
    {contact_name("c")} display_name,
    case when c.timezone is not null then 'inferred_from_phone_number' end timezone_source,
    {NO_LINKS}""",
    f"(select * from contact where organization_id = $1 and lead_id = l.id) c {people('c')}",
    "c.date_created, c.id",
)
ANNUAL = "o.value * case when o.value_period = 'monthly' then 12 else 1 end"
OPPORTUNITIES = listed(
    spliced("o", "x"),
    f"""{tracked("o")}, o.lead_id, o.status_id, o.status_type, o.contact_id, o.user_id, o.value,
    o.value_period, o.confidence, o.note, o.note_html, o.attachments, o.comment_summary, o.date_won,
    {at("o.date_lost")} date_lost, s.label status_label, s.pipeline_id, p.name pipeline_name,
    {name_of("w")} user_name, {contact_name("k")} contact_name, {NAME} lead_name,
    case when (select count(*) > 1 from pipeline where organization_id = $1)
      then p.name || ': ' else '' end || s.label status_display_name,
    g.currency value_currency,
    concat(case when o.value < 0 then '-' end, g.currency_symbol,
      to_char(abs(o.value) / 100, 'FM999,999,999,999,999,999,990'),
      case when o.value % 100 <> 0 then '.' || lpad((abs(o.value) % 100)::text, 2, '0') end,
      case when o.value_period <> 'one_time' then ' ' || o.value_period end) value_formatted,
    {ANNUAL} annualized_value, round(o.value * o.confidence / 100.0) expected_value,
    round({ANNUAL} * o.confidence / 100.0) annualized_expected_value, false is_stalled,
    null stall_status, null suggested_action, {NO_LINKS}""",
    f"""(select * from opportunity where organization_id = $1 and lead_id = l.id) o
    {people("o")} left join status_opportunity s on s.organization_id = $1 and s.id = o.status_id
    left join pipeline p on p.organization_id = $1 and p.id = s.pipeline_id
    left join contact k on k.organization_id = $1 and k.id = o.contact_id
    left join "user" w on w.organization_id = $1 and w.id = o.user_id
    cross join (select currency, currency_symbol from organization where organization_id = $1) g""",
    "o.date_created desc, o.id desc",
)
TASKS = listed(
    "row_to_json(x)::text",
    f"""{tracked("t")}, t._type, t.lead_id, t.contact_id, t.assigned_to, t.text, t.is_complete,
    t.date, t.is_dateless, t.priority, t.resolution, t.object_type, t.object_id, t.email_id,
    t.subject, t.body_preview, t.local_phone, t.remote_phone,
    t.attachments,
    {name_of("w")} assigned_to_name, k.name contact_name, {NAME} lead_name,
    case when not t.is_dateless then t.date end due_date,
    case when length(t.date) = 10 and t.date <= $2 or length(t.date) > 10 and t.date < $3
      or t.date is null then 'inbox' else 'future' end as view""",
    f"""(select * from task where organization_id = $1 and lead_id = l.id and not is_complete) t
    {people("t")} left join contact k on k.organization_id = $1 and k.id = t.contact_id
    left join "user" w on w.organization_id = $1 and w.id = t.assigned_to""",
    "t.date, t.id",
)


def leads(source, where="", number="0"):
    """$1 is the organization, $2 the caller's day, $3 when the next one begins, $4 our address."""
    row = f"""select {tracked("l")}, l.name, l.description, l.url, l.status_id, l.addresses,
        l.source, s.label status_label, {CONTACTS} contacts, {OPPORTUNITIES} opportunities,
        {TASKS} tasks, {NAME} display_name, $4 || '/lead/' || l.id || '/' html_url,
        (select coalesce(json_agg(id order by date_created, id), '[]') from contact
          where organization_id = $1 and lead_id = l.id) contact_ids,
        case when l.custom = '{{}}' then '{{}}' else (select jsonb_object_agg(d.name, v.value)
          from jsonb_each(l.custom) v join custom_field d on d.organization_id = $1
          and 'custom.' || d.id = v.key) end custom, {NO_LINKS}"""
    return f"""select {spliced("l", f"(select x from ({row}) x)")} j, {number} number
        from {source} l {people("l")}
        left join status_lead s on s.organization_id = $1 and s.id = l.status_id {where}"""


GET = f"select j from ({leads('lead', 'where l.organization_id = $1 and l.id = $5')}) x"
LIST = f"""with p as (select *, row_number() over (order by date_updated desc, id desc) n
    from lead where organization_id = $1 order by date_updated desc, id desc
    limit $5::bigint + 1 offset $6::bigint), r as ({leads("p", "", "l.n")})
    select '{{"data":[' || coalesce(string_agg(j, ',' order by number)
    filter (where number <= $5 + $6), '') || '],"has_more":' || (count(*) > $5)::text
    || ',"total_results":' || (select coalesce(sum(leads), 0) from lead_tally
      where organization_id = $1)::text || '}}' from r"""
LOG = """insert into event (organization_id, user_id, id, date_created, date_updated, request_id,
    api_key_id, meta, object_type, object_id, lead_id, action, changed_fields, data, previous_data)
    select $1, """


def log(first, rest):
    """The parameters from `first` on: the user, the event's id, now, the request, the key, meta."""
    user, id, now, request, key, meta = range(first, first + 6)
    return f"{LOG} ${user}, ${id}, ${now}, ${now}, ${request}, ${key}, ${meta}::jsonb, {rest}"


POST = f"""with b as (select $6::jsonb j), w as (insert into lead (organization_id, id, name,
    description, url, status_id, addresses, custom, source, created_by, updated_by, date_created,
    date_updated) select $1, $5, j->>'name', j->>'description', j->>'url', j->>'status_id',
    (select jsonb_agg(jsonb_build_object('label', 'business', 'address_2', null, 'state', null,
      'zipcode', null, 'tz_ids', $13::jsonb) || a) from jsonb_array_elements(j->'addresses') a),
    coalesce((select jsonb_object_agg(key, value) from jsonb_each(j) where key like 'custom.%'),
      '{{}}'), 'api', $7, $7, $9, $9 from b returning *),
    r as ({leads("w")}),
    m as materialized (select j::json n from r),
    e as ({log(7, "'lead', $5, $5, 'created', '{}', n, null from m")}),
    t as (insert into lead_tally select $1, pg_backend_pid() % 64, 1
      on conflict (organization_id, shard) do update set leads = lead_tally.leads + 1),
    c as (insert into activity (organization_id, id, _type, lead_id, user_id, created_by,
      updated_by, date_created, date_updated, activity_at, source) select $1,
      'acti_' || substr(id, 6), 'Created', id, created_by, created_by, created_by, date_created,
      date_updated, date_created, source from w)
    select j from r"""
PUT = f"""with o as (select * from lead where organization_id = $1 and id = $5 for update),
    before as materialized (select j, j::jsonb b from ({leads("o")}) q),
    w as (update lead l set description = $6::jsonb->>'description', updated_by = $7,
    date_updated = $9 from before where l.organization_id = $1 and l.id = $5 returning l.*),
    r as materialized (select j, j::jsonb n from ({leads("w")}) q),
    d as (select array_agg(key order by key) names, jsonb_object_agg(key, b->key) previous
      from r, before, jsonb_object_keys(b || n) key
      where b->key is distinct from n->key and key <> 'custom'),
    e as ({log(7, "'lead', $5, $5, 'updated', names, n, previous from r, d")})
    select j from r"""
NOTE = f"""with b as (select $3::jsonb j), w as (insert into activity (organization_id, id, _type,
    lead_id, user_id, note, note_html, title, pinned, mentions, attachments, activity_at,
    created_by, updated_by, date_created, date_updated, source) select $1, $2, 'Note',
    j->>'lead_id', $5, j->>'note', $4, null, false, '[]', '[]', $7, $5, $5, $7, $7, 'api'
    from b returning *),
    r as (select row_to_json(x)::text j, lead_id from (select {tracked("a")}, a._type, a.lead_id,
      a.contact_id, a.user_id, {at("a.activity_at")} activity_at, a.title, a.note, a.note_html,
      a.mentions, a.attachments, a.pinned, {at("a.pinned_at")} pinned_at, a.source,
      {name_of("cu")} user_name, '[]'::json users, a.mentions note_mentions
      from w a {people("a")}) x),
    e as ({log(5, "'activity.note', $2, lead_id, 'created', '{}', j::json, null from r")})
    select j from r"""

pool: asyncpg.Pool
known: dict = {}
ORIGIN = os.environ.get("AJAR_PUBLIC_URL", "")
PREFIX = "/api/v1"


async def nothing(connection):
    pass


async def who_is(db, header):
    found = known.get(header)
    if found and found[0] > time.monotonic():
        return found[1]
    key = b64decode(header.partition(" ")[2]).partition(b":")[0]
    row = await db.fetchrow(
        "select organization_id, user_id, id from api_key where hash = $1",
        hashlib.sha256(key).digest(),
    )
    known[header] = time.monotonic() + 30, tuple(row)
    return known[header][1]


async def read(receive):
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return ""
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body.decode()


async def app(scope, receive, send):
    global pool
    if scope["type"] == "lifespan":
        await receive()
        pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"],
            min_size=2,
            max_size=Settings.from_environment().connections,
            reset=nothing,
            max_cacheable_statement_size=0,
            server_settings={"plan_cache_mode": "force_generic_plan"},
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return await send({"type": "lifespan.shutdown.complete"})
    header = next(v.decode() for k, v in scope["headers"] if k == b"authorization")
    request = ids.new("req")
    async with pool.acquire() as db:
        text = await answer(db, await who_is(db, header), scope, receive, request)
    if text is None:
        return
    headers = [
        (b"content-type", b"application/json"),
        (b"x-request-id", request.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def answer(db, caller, scope, receive, request):
    organization, user, key = caller
    method, path = scope["method"], scope["path"].removeprefix(PREFIX)
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    tomorrow = f"{now.date() + timedelta(days=1)}T00:00:00.000000+00:00"
    lead = organization, f"{now.date()}", tomorrow, ORIGIN
    if method == "GET" and path == "/lead/":
        query = dict(parse_qsl(scope["query_string"].decode()))
        return await db.fetchval(LIST, *lead, int(query["_limit"]), int(query.get("_skip", 0)))
    if method == "GET":
        return await db.fetchval(GET, *lead, path.split("/")[2])
    body = await read(receive)
    if not body:
        return None
    given = msgspec.json.decode(body)
    meta = f'{{"request_method":"{method}","request_path":"{PREFIX}{path}"}}'
    change = user, ids.new("ev"), now, request, key, meta
    if method == "PUT":
        return await db.fetchval(PUT, *lead, path.split("/")[2], body, *change)
    if path == "/lead/":
        return await db.fetchval(POST, *lead, ids.new("lead"), body, *change, ZONES)
    rich = f"<body><p>{html.escape(given['note'], quote=False)}</p></body>"
    return await db.fetchval(NOTE, organization, ids.new("acti"), body, rich, *change)


ZONES = '["America/Los_Angeles"]'
