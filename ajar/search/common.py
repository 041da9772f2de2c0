"""Words that very many objects have. An index is no help in finding the first hundred of these:
it would have to gather all of them. Looking at one object after the other soon finds enough.

How common words are is what PostgreSQL itself has noted down to plan with. It decides how
something is looked for, never what is found: so it may be old, or missing.
"""

import re
from typing import Any

MANY = 50_000  # rows: to gather as many from an index takes longer than it should
KNOWN = "common words"
STATISTICS = r"""
select held.relname as table, noted.word, noted.share * held.reltuples as rows
from pg_stats s
join pg_class named on named.relname = s.tablename
    and named.relnamespace = s.schemaname::regnamespace
join pg_index i on i.indexrelid = named.oid
join pg_class held on held.oid = i.indrelid and held.reltuples >= $1::float8
cross join unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs)
    as noted (word, share)
where s.schemaname = current_schema() and s.tablename like 'ix\_\_%\_\_words'
    and noted.word is not null and noted.share * held.reltuples >= $1::float8 / 50"""

Common = dict[str, dict[str, float]]  # of a table, by word: how many rows have it


async def words(ctx: Any) -> Common:
    """Remembered for as long as anything is of who asks."""
    known = ctx.caller.known
    if KNOWN not in known:
        found: Common = {}
        for row in await ctx.db.fetch(STATISTICS, MANY):
            found.setdefault(row["table"], {})[row["word"]] = row["rows"]
        known[KNOWN] = found
    return known[KNOWN]


def rows(common: Common, table: str, text: str, begun: bool) -> float:
    """How many rows have the rarest of these words, or one that begins with it; about, and 0
    where they are few."""
    known = common.get(table, {})
    of_each = [of_word(known, word, begun) for word in re.findall(r"\w+", text.lower())]
    return min(of_each, default=0)


def of_word(known: dict[str, float], word: str, begun: bool) -> float:
    if not begun:
        return known.get(word, 0)
    return sum(rows for one, rows in known.items() if one.startswith(word))
