"""Files that nobody used within a day are forgotten."""

import dataclasses

import pytest

from ajar.files import unused
from ajar.resources.file import PATH


@pytest.fixture
def forget(world):
    """Run the periodic job, at the server's time."""

    def forgotten():
        settings = dataclasses.replace(world.app.settings, time=world.clock())

        async def run(db):
            async with db.transaction():
                await unused.forget(db, settings)

        world.call(run)

    return forgotten


@pytest.fixture
def stored(world, api):
    """The names of what the organization has in the store."""
    directory = world.app.settings.data / "files" / api.organization_id
    return lambda: sorted(file.name for file in directory.glob("*"))


def ids(url):
    return url.partition(PATH)[2].partition("/")[0]


def test_a_file_that_is_not_used_goes_with_all_that_was_made_of_it(
    uploaded, download, forget, clock, picture, stored
):
    url = uploaded("a.png", "image/png", picture())
    download(url + "/thumbnail/")
    assert stored() == [ids(url), f"{ids(url)}.small"]

    clock.pass_by(hours=24, minutes=59)
    forget()
    assert download(url).status_code == 200

    clock.pass_by(minutes=2)
    forget()
    assert download(url).status_code == 404
    assert stored() == []


def test_a_file_in_use_stays(api, uploaded, download, forget, clock):
    url = uploaded()
    api.make("activity.note", attachments=[{"url": url, "filename": "a"}])
    clock.pass_by(days=400)
    forget()
    assert download(url).status_code == 200


def test_what_was_announced_and_never_came_goes_as_well(world, announce, forget, clock):
    id = ids(announce()["download"]["url"])
    clock.pass_by(hours=26)
    forget()
    assert world.sql("select id from file where id = $1", id) == []


def test_the_files_of_every_organization_are_looked_at(uploaded, download, stranger, forget, clock):
    url = uploaded(by=stranger)
    clock.pass_by(hours=26)
    forget()
    assert download(url, by=stranger).status_code == 404
