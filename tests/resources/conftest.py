"""What only the server does."""

import pytest

from ajar import ids
from ajar.kernel import ops
from ajar.kernel.context import Caller, Context
from ajar.kernel.registry import resources


@pytest.fixture
def changed_by_server(world, api):
    """Changes a row as only the server does: (name, id, values)."""

    def change(name, id, **values):
        async def changed(db):
            caller = Caller(api.organization_id, api.user_id)
            ctx = Context(db, caller, world.clock(), request_id=ids.new("req"))
            async with db.transaction():
                row = await ops.get(ctx, resources[name], id)
                await ops.write(ctx, resources[name], row, row | values)

        world.call(changed)

    return change
