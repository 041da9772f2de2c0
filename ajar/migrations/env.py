"""Alembic runs this. The connection comes from `ajar.migrating`, and, where a revision is
written or compared, the declarations."""

from alembic import context

from ajar.migrations import differs, ours

check = context.config.attributes.get("check")
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("declared"),
    include_name=ours,
    include_object=differs,
    transaction_per_migration=not check,
)
with context.begin_transaction():
    context.run_migrations()
    if check:
        check(context.config.attributes["connection"])
