"""Files that rows refer to."""

import pytest

UNKNOWN = "There is no such file, or it was not uploaded in time."


def attach(api, url, **values):
    body = api.body("activity.note", attachments=[{"url": url, "filename": "a.png"} | values])
    return api.post("/activity/note/", json=body)


def reason(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["field-errors"]["attachments"]["errors"]["0"]["field-errors"]["url"]


def test_a_file_is_attached_with_the_type_and_size_that_it_has(api, uploaded, picture):
    content = picture()
    url = uploaded("a.png", "image/png", content)

    answer = attach(api, url, content_type="text/plain", size=1)

    assert answer.json()["attachments"] == [
        {
            "url": url,
            "filename": "a.png",
            "content_type": "image/png",
            "size": len(content),
            "thumbnail_url": f"{url}/thumbnail/",
        }
    ]


def test_what_is_attached_can_be_opened(api, uploaded, download, picture):
    url = uploaded("a.png", "image/png", picture())
    (attachment,) = attach(api, url).json()["attachments"]
    assert download(attachment["url"]).headers["content-type"] == "image/png"
    assert download(attachment["thumbnail_url"]).headers["content-type"] == "image/png"


def test_only_pictures_that_can_be_shown_name_a_thumbnail(api, uploaded):
    url = uploaded("a.svg", "image/svg+xml", b"<svg/>")
    assert attach(api, url).json()["attachments"][0]["thumbnail_url"] is None


def test_an_address_may_leave_out_the_server(api, uploaded, world):
    url = uploaded().removeprefix(world.app.settings.address)
    assert attach(api, url).json()["attachments"][0]["size"] == len(b"%PDF-1.7")


def test_using_a_file_before_the_upload_fails(api, announce):
    assert reason(attach(api, announce()["download"]["url"])) == UNKNOWN


def test_the_file_of_another_organization_is_an_unknown_file(api, uploaded, stranger):
    assert reason(attach(api, uploaded(by=stranger))) == UNKNOWN


@pytest.mark.parametrize("path", ["file_0000000000000000000000/a.png", "x/a.png", "", "a/b/c/d"])
def test_an_unknown_file_is_refused(api, world, path):
    assert reason(attach(api, f"{world.app.settings.address}/go/file/{path}")) == UNKNOWN
    assert reason(attach(api, f"/go/file/{path}")) == UNKNOWN


def test_a_file_on_another_server_is_refused(api, uploaded, world):
    url = uploaded().replace(world.app.settings.address, "https://crm.example")
    assert attach(api, url).status_code == 400


def test_a_file_that_came_with_an_import_is_as_the_import_says(api):
    url = "https://app.close.com/go/file/persisted/orga_x/a.png"
    (kept,) = attach(api, url, content_type="image/png", size=7).json()["attachments"]
    assert (kept["url"], kept["content_type"], kept["size"]) == (url, "image/png", 7)


def test_every_wrong_file_is_named(api, uploaded):
    urls = [uploaded(), "/go/file/x", uploaded(), "/go/file/y"]
    files = [{"url": url, "filename": "a"} for url in urls]
    body = api.body("activity.note", attachments=files)
    refused = api.post("/activity/note/", json=body).json()["field-errors"]
    assert set(refused["attachments"]["errors"]) == {"1", "3"}


# In use


def used(world, url):
    id = url.partition("/go/file/")[2].partition("/")[0]
    return bool(world.sql("select from file where id = $1 and used_at is not null", id))


def test_a_file_must_be_used_within_a_day(api, uploaded, clock):
    soon, late = uploaded(), uploaded()
    clock.pass_by(hours=23, minutes=59)
    assert attach(api, soon).status_code == 200
    clock.pass_by(minutes=2)
    assert reason(attach(api, late)) == UNKNOWN
    assert attach(api, soon).status_code == 200


@pytest.mark.parametrize("name", ["activity.note", "opportunity", "email_template", "sms_template"])
def test_whatever_has_attachments_keeps_their_files(world, api, uploaded, name):
    first, second = uploaded(), uploaded()
    file = {"filename": "a", "content_type": "application/pdf", "size": 8}
    made = api.make(name, attachments=[file | {"url": first}])
    assert (used(world, first), used(world, second)) == (True, False)
    path = f"/{name.replace('.', '/')}/{made['id']}/"
    both = [file | {"url": url} for url in (first, second)]
    assert len(api.ok("put", path, json={"attachments": both})["attachments"]) == 2
    assert used(world, second)


def test_a_picture_in_a_text_is_kept(world, api, uploaded, picture):
    url = uploaded("a.png", "image/png", picture())
    api.make("activity.note", note_html=f'<body><p><img src="{url}" /></p></body>')
    assert used(world, url)


def test_another_organization_cannot_keep_a_file(world, api, uploaded, stranger):
    url = uploaded()
    stranger.make("activity.note", note_html=f'<body><p><img src="{url}" /></p></body>')
    assert not used(world, url)


def test_a_refused_note_keeps_no_file(world, api, uploaded):
    url = uploaded()
    body = {"lead_id": "lead_x", "attachments": [{"url": url, "filename": "a"}]}
    assert api.post("/activity/note/", json=body).status_code == 400
    assert not used(world, url)


def test_files_cost_one_question_more(api, uploaded, statements):
    files = [{"url": uploaded(), "filename": "a"} for _ in range(3)]
    body = api.body("activity.note", attachments=files)
    assert len(statements(lambda: api.ok("post", "/activity/note/", json=body))) == 2
