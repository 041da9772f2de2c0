"""What people are told of work that the server does for them: done, failed, paused."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from ajar import jobs, webhooks
from ajar.bulk import running
from ajar.importing import running as importing
from ajar.webhooks import pausing

UNSENT = {"send_done_email": False}


@pytest.fixture
def edit(api):
    """Begin to give every lead a status."""

    def begun(by=api, **body):
        body = {"type": "set_lead_status", "lead_status_id": api.make("status.lead")["id"]} | body
        return by.ok("post", "/bulk_action/edit/", json=body)

    return begun


def test_who_started_a_bulk_action_hears_that_it_is_done(world, api, mail, edit, email_of):
    for _ in range(3):
        api.make("lead")
    action = edit()
    world.work()

    (letter,) = mail.letters
    assert (letter.to, letter.subject) == ([email_of(api)], "Done: bulk edit")
    assert "Objects: 3." in letter.said
    assert action["id"] in letter.said
    assert "Not done" not in letter.said


def test_what_could_not_be_done_is_counted(world, api, mail):
    field = api.make("custom_field.contact", type="number")["id"]
    api.make("contact")
    body = {"type": "set_contact_custom_field", "custom_field_id": field, "custom_field_value": 1}
    api.make("contact")
    status = f"/bulk_action/edit/{api.ok('post', '/bulk_action/edit/', json=body)['id']}/"
    world.sql("delete from custom_field where id = $1", field)
    world.work()

    failed = api.ok("get", status)["n_objects_failed"]
    assert failed == 2
    assert f"Objects: 2. Not done: {failed}." in mail.letters[0].said


def test_no_letter_for_who_wants_none(world, api, mail, edit):
    api.make("lead")
    edit(**UNSENT)
    api.ok("post", "/export/lead/", json={"format": "json", "type": "leads"} | UNSENT)
    world.work()

    assert mail.letters == []


def test_a_job_that_runs_again_after_a_kill_tells_nothing_twice(world, api, mail, edit):
    api.make("lead")
    action = edit()
    world.work()
    again = {"kind": "edit", "id": action["id"], "run": 0}

    async def given_out_again(ctx):
        await ctx.defer("bulk_action.run", **again)

    api.within(given_out_again)
    world.work()

    assert len(mail.letters) == 1


def test_a_run_that_dies_at_its_end_leaves_no_letter_behind(
    world, api, mail, edit, waiting, monkeypatch
):
    api.make("lead")
    edit()

    async def dies(*_, **__):
        raise ZeroDivisionError

    with monkeypatch.context() as within:
        within.setattr(running.kept, "forget", dies)
        world.work()
    assert (mail.letters, waiting(due=True)) == ([], ["bulk_action.run"])
    world.work()

    assert len(mail.letters) == 1


def test_who_started_what_failed_hears_of_it(world, api, mail, edit, monkeypatch):
    api.make("lead")
    edit()

    async def fails(ctx, kind, action):
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "GAPS", ())
    with monkeypatch.context() as within:
        within.setitem(running.STEPS, "processing", fails)
        world.work()

    async def give_up(db):
        async with db.transaction():
            await running.give_up(db, world.app.settings)

    world.call(give_up)
    world.work()

    (letter,) = mail.letters
    assert letter.subject == "Not finished: bulk edit"
    world.call(give_up)
    world.work()
    assert len(mail.letters) == 1


def test_the_letter_of_an_export_leads_to_the_file_for_who_signs_in(
    world, api, mail, stranger, browser, send_form, email_of, with_password
):
    api.make("lead", name="Bluth Company")
    export = api.ok("post", "/export/lead/", json={"format": "json", "type": "leads"})
    world.work()
    (letter,) = mail.letters
    assert letter.subject == "Your export is ready"
    assert "Objects: 1. The file is kept for 7 days" in letter.said
    link = urlsplit(letter.link)
    assert (link.netloc, link.query) == ("crm.example", "")
    shown = urlsplit(api.ok("get", f"/export/{export['id']}/")["download_url"])
    assert link.path == shown.path

    page = {"accept": "text/html,*/*"}
    nobody = browser("GET", link.path, headers=page).headers["location"]
    assert nobody == f"/auth/sign_in/?next={link.path.replace('/', '%2F')}"
    said = {"email": email_of(api), "password": with_password()}
    signed_in = send_form(browser("GET", nobody), **said)
    assert signed_in.headers["location"] == link.path
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    signed = browser("GET", link.path, headers=page | {"cookie": cookie}).headers["location"]
    assert browser("GET", signed).json()[0]["name"] == "Bluth Company"
    assert browser("GET", link.path, headers=page | stranger.headers).status_code == 404
    assert browser("GET", link.path).status_code == 401  # a program is not sent to a page


@pytest.fixture
def imports(api, world):
    """Have a file of two leads imported, one of which has what cannot be used."""

    def run(**options):
        said = {"content": "Company,Status\nBluth,Nowhere\nAcme,\n", "filename": "leads.csv"}
        made = api.ok("post", "/import/", json=said | options)
        api.ok("post", f"/import/{made['id']}/run/")
        return f"/import/{made['id']}/"

    return run


def test_who_had_a_file_imported_or_that_undone_hears_of_it(world, api, mail, imports, email_of):
    by_another = api.join("admin")
    world.work()
    mail.letters.clear()
    path = imports()
    world.work()
    by_another.ok("post", f"{path}undo/")
    world.work()

    done, undone = mail.letters
    assert (done.to, done.subject) == ([email_of(api)], "Done: import of leads.csv")
    assert "Rows: 2. Not used: 1." in done.said
    assert (undone.to, undone.subject) == ([email_of(by_another)], "Undone: import of leads.csv")
    assert "left alone" not in undone.said


def test_of_an_import_no_letter_for_who_wants_none(world, mail, imports):
    imports(**UNSENT)
    world.work()

    assert mail.letters == []


def test_an_import_that_fails_too_often_says_so_and_can_be_undone(
    world, api, mail, imports, monkeypatch
):
    path, batch = imports(), importing.batch

    async def fails(ctx, row):
        if row["n_rows_processed"]:
            raise ZeroDivisionError
        return await batch(ctx, row)

    async def give_up(db):
        async with db.transaction():
            await importing.give_up(db, world.app.settings)

    with monkeypatch.context() as within:
        within.setattr(jobs, "GAPS", ())
        within.setattr(importing, "BATCH", 1)
        within.setattr(importing, "batch", fails)
        world.work()
    for _ in range(2):
        world.call(give_up)
        world.work()

    (letter,) = mail.letters
    assert letter.subject == "Not finished: import of leads.csv"
    assert f"{importing.GIVEN_UP} Rows: 2. Not used: 1." in letter.said
    assert api.ok("get", path)["status"] == "failed"
    api.ok("post", f"{path}undo/")
    world.call(give_up)  # what failed is known still, but was another run
    world.work()
    assert api.ok("get", path)["status"] == "reverted"


@pytest.fixture
def hook(api):
    events = [{"object_type": "lead", "action": "created"}]
    body = {"url": "https://hook.example/key?secret=hush", "events": events}
    return api.ok("post", "/webhook/", json=body)


@pytest.fixture
def failing(world, api, hook):
    """Nothing has arrived for so many hours in a row."""

    def told(hours):
        pool = world.app.api.pool
        about = api.organization_id, hook["id"], hours, world.clock()
        world.call(lambda db: pausing.failing(pool, *about))
        world.work()

    return told


def test_admins_hear_once_that_a_webhook_was_paused(world, api, mail, hook, failing, email_of):
    role = api.make("role", name="Keeper", permissions=["manage_organization"])["id"]
    keeper, _, gone = api.join(role), api.join("superuser"), api.join("admin")
    api.ok("delete", f"/membership/{gone.member['id']}/")
    set_ = "update webhook set latest_error = 'The receiver answered 500.' where id = $1"
    world.sql(set_, hook["id"])
    world.work()
    mail.letters.clear()

    failing(72)
    failing(72)

    assert {tuple(one.to) for one in mail.letters} == {(email_of(api),), (email_of(keeper),)}
    assert len(mail.letters) == 2
    letter = mail.letters[0]
    assert letter.subject == "A webhook was paused"
    assert "to https://hook.example was paused" in letter.said
    assert "For 72 hours every delivery failed." in letter.said
    assert "The last error: The receiver answered 500." in letter.said
    assert hook["id"] in letter.said
    assert "hush" not in letter.said + letter.html
    assert "key" not in letter.said + letter.html


def test_who_made_a_webhook_hears_of_it_unless_they_have_left(
    world, api, mail, hook, failing, email_of
):
    maker, gone = api.join("user"), api.join("user")
    api.ok("delete", f"/membership/{gone.member['id']}/")
    world.work()
    for one in (maker, gone):
        mail.letters.clear()
        set_ = "update webhook set created_by = $1, status = 'active' where id = $2"
        world.sql(set_, one.user_id, hook["id"])
        failing(72)
        told = {tuple(letter.to) for letter in mail.letters}
        assert told == {(email_of(api),)} | ({(email_of(maker),)} if one is maker else set())


def test_who_was_warned_of_one_thing_is_warned_of_the_other(
    world, api, mail, hook, failing, monkeypatch
):
    monkeypatch.setattr(pausing, "MANY_QUEUED", 2)
    failing(24)
    for _ in range(2):
        api.make("lead")
    follow(world)
    for _ in range(2):
        world.call(lambda db: pausing.watch(world.app.api.pool, world.clock()))
        failing(25)

    assert [one.subject for one in mail.letters] == ["A webhook fails", "A webhook falls behind"]


def test_one_paused_by_hand_is_no_news(world, api, mail, hook):
    api.ok("put", f"/webhook/{hook['id']}/", json={"status": "paused"})
    world.work()

    assert mail.letters == []


def test_admins_are_warned_from_a_day_on_once_a_day(world, mail, failing, clock):
    began = clock()
    failing(23)
    assert mail.letters == []
    for hours in (24, 24, 36, 47, 48, 71):
        clock.stand(began + timedelta(hours=hours))
        failing(hours)

    assert [one.subject for one in mail.letters] == ["A webhook fails"] * 2
    assert "has received nothing for 24 hours" in mail.letters[0].said
    assert "After 72 such hours it is paused" in mail.letters[0].said


def test_admins_are_warned_of_a_long_queue_and_told_of_one_that_is_too_long(
    world, api, mail, hook, monkeypatch
):
    monkeypatch.setattr(pausing, "MOST_QUEUED", 5)
    monkeypatch.setattr(pausing, "MANY_QUEUED", 4)

    def watched(waiting):
        for _ in range(waiting):
            api.make("lead")
        follow(world)
        for _ in range(2):
            world.call(lambda db: pausing.watch(world.app.api.pool, world.clock()))
            world.work()
        return [(one.subject, one.said) for one in mail.letters]

    (warned,) = watched(4)
    assert warned[0] == "A webhook falls behind"
    assert warned[1].startswith("4 events wait to be delivered to https://hook.example,")
    assert "When 5 wait it is paused" in warned[1]

    _, (subject, said) = watched(1)
    assert subject == "A webhook was paused"
    assert "5 events waited to be delivered to it." in said


def follow(world):
    """Queue deliveries, and send none."""

    async def followed(db):
        follower, _ = webhooks.parts(world.app.api.pool, world.app.settings, world.clock)
        while await follower.follow():
            pass

    world.call(followed)
