"""What an import knows of the rows before is found quickly, however many these are."""

from ajar.importing import writing
from ajar.kernel.context import Caller, Context

KEYS = """
insert into import_key (organization_id, import_id, key, lead_id, made)
select $1, 'impo_x', 'lead_name ' || n, 'lead_x', true from generate_series(1, 5000) n"""
READ = "select seq_tup_read from pg_stat_user_tables where relname = 'import_key'"


def test_a_plan_from_when_there_were_no_keys_is_not_kept(api, world):
    async def find(db):
        ctx = Context(db, Caller(api.organization_id, api.user_id), world.clock())
        found = await writing.known(ctx, "impo_x", {"lead_name 7", "lead_name x"})
        await db.execute("select pg_stat_force_next_flush()")
        return found

    world.sql("truncate import_key")
    world.sql("vacuum analyze import_key")
    assert world.call(find) == {}  # the connection knows a plan now

    world.sql(KEYS, api.organization_id)
    (before,) = world.sql(READ)
    assert world.call(find) == {"lead_name 7": ("lead_x", True)}
    (after,) = world.sql(READ)

    assert after == before
