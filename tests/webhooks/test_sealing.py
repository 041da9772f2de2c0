"""Keys that an older version kept in the clear are sealed with a secret that lasts, or not."""

import pytest

from ajar.config import Settings
from ajar.sealing import seal
from ajar.vault import Locked, Vault

PLAIN = "5e" * 32


@pytest.fixture
def plain(world, api):
    """A webhook of an older version, beside one of now; none is left of other tests."""
    for table in ("webhook_delivery", "webhook"):
        world.sql(f"delete from {table}")
    api.make("webhook")
    id = api.make("webhook")["id"]
    world.sql("update webhook set signature_key = $2 where id = $1", id, PLAIN)

    def kept():
        return world.sql("select signature_key from webhook where id = $1", id)[0][0] == PLAIN

    yield kept
    api.ok("delete", f"/webhook/{id}/")


def test_where_there_is_no_secret_none_is_made_for_it(world, plain, tmp_path):
    """As in a container that only migrates a database which is elsewhere."""
    url = world.app.database

    assert seal(url, Settings(database_url=url, data=tmp_path)) == 0

    assert plain() and list(tmp_path.iterdir()) == []


def test_another_secret_than_that_of_what_is_sealed_is_not_used(world, plain, tmp_path):
    url, other = world.app.database, "another key than before, and long"

    assert seal(url, Settings(database_url=url, secret_key=other)) == 0
    assert seal(url, Settings(data=tmp_path)) == 0
    assert plain() and list(tmp_path.iterdir()) == []

    assert seal(url, world.app.settings) == 1
    assert not plain()


def test_nothing_is_opened_with_a_new_secret(world, tmp_path):
    sealed = Vault(world.app.settings).seal("x")

    with pytest.raises(Locked, match=r"AJAR_SECRET_KEY is not set, and there is no .*secret\.key"):
        Vault(Settings(data=tmp_path)).open(sealed)

    assert list(tmp_path.iterdir()) == []
