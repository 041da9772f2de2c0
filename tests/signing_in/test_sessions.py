"""Signing in with a password, and what a cookie is good for."""

import dataclasses
import re
import time

import pytest

PASSWORD = "correct horse battery staple"


def test_a_password_opens_a_session(person, api):
    told = person.sign_in().json()

    assert told["user_id"] == api.user_id
    assert told["organization_id"] == api.organization_id
    assert [each["id"] for each in told["organizations"]] == [api.organization_id]
    assert person.ask("GET", "/auth/session/").json() == told
    assert person.ask("GET", "/api/v1/me/").json()["id"] == api.user_id


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(person):
    said = person.sign_in().headers["set-cookie"].lower()

    assert "httponly" in said
    assert "samesite=lax" in said
    assert "path=/" in said


def test_where_the_address_is_encrypted_so_is_the_cookie(world, person, monkeypatch):
    https = dataclasses.replace(world.app.settings, public_url="https://crm.example")
    monkeypatch.setattr(world.app.door, "settings", https)

    said = person.try_it().headers["set-cookie"]

    assert said.startswith("__Host-ajar=")
    assert "Secure" in said


def test_the_address_may_be_written_in_capitals(person):
    assert person.try_it(email=person.email.upper()).status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(person):
    answers = [
        person.try_it(password="wrong wrong wrong"),
        person.try_it(email="nobody@example.com"),
        person.try_it(email="not an address"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not any("www-authenticate" in answer.headers for answer in answers)


def test_it_takes_as_long_whether_there_is_an_account_or_not(person):
    def seconds(**said):
        person.world.sql("delete from sign_in_attempt")
        started = time.process_time()
        person.try_it(**said)
        return time.process_time() - started

    known = min(seconds(password="wrong wrong wrong") for _ in range(3))
    unknown = min(seconds(email="nobody@example.com") for _ in range(3))

    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("email", ["known", "nobody@example.com"])
def test_guessing_takes_ever_longer(person, clock, email):
    said = {} if email == "known" else {"email": email}
    clock.stand(clock())
    for _ in range(5):
        assert person.try_it(password="wrong wrong wrong", **said).status_code == 401

    waits = []
    for _ in range(3):
        answer = person.try_it(password="wrong wrong wrong", **said)
        assert answer.status_code == 429
        waits.append(int(answer.headers["retry-after"]))
        clock.pass_by(seconds=waits[-1])
        assert person.try_it(password="wrong wrong wrong", **said).status_code == 401

    assert waits == [1, 2, 4]
    if email == "known":  # not even the right one, until the time is over
        assert person.try_it().status_code == 429


def test_the_right_password_ends_the_waiting(person, clock):
    clock.stand(clock())
    for _ in range(4):
        person.try_it(password="wrong wrong wrong")
    assert person.try_it().status_code == 200

    for _ in range(5):
        assert person.try_it(password="wrong wrong wrong").status_code == 401


def test_a_change_takes_the_proof_that_a_page_of_ours_has(person):
    person.sign_in()

    forged = person.ask("POST", "/api/v1/lead/", proven=False, json={"name": "x"})
    wrong = person.ask("POST", "/api/v1/lead/", headers={"x-csrf-token": "x"}, json={})
    good = person.ask("POST", "/api/v1/lead/", json={"name": "x"})

    assert (forged.status_code, wrong.status_code, good.status_code) == (403, 403, 200)
    override = {"x-http-method-override": "DELETE"}
    path = f"/api/v1/lead/{good.json()['id']}/"
    assert person.ask("POST", path, proven=False, headers=override).status_code == 403
    assert person.ask("DELETE", "/auth/session/", proven=False).status_code == 403


def test_signing_in_from_another_site_is_refused(person):
    body = {"email": person.email, "password": PASSWORD}

    foreign = {"origin": "https://evil.example"}
    answer = person.ask("POST", "/auth/session/", json=body, headers=foreign)
    plain = {"content-type": "text/plain"}
    form = person.ask("POST", "/auth/session/", content=b"{}", headers=plain)

    assert (answer.status_code, form.status_code) == (403, 400)


def test_each_sign_in_makes_a_new_cookie_and_ends_the_old_one(person):
    person.sign_in()
    old = person.cookie
    person.sign_in()

    assert person.cookie != old
    person.cookie = old
    assert person.ask("GET", "/auth/session/").status_code == 401


def test_signing_out_ends_it_at_once(person):
    person.sign_in()
    assert person.ask("GET", "/api/v1/me/").status_code == 200

    assert person.ask("DELETE", "/auth/session/").status_code == 200

    answer = person.ask("GET", "/api/v1/me/")
    assert answer.status_code == 401
    assert "www-authenticate" not in answer.headers


def test_a_session_ends_by_itself(person, clock):
    clock.stand(clock())
    person.sign_in()
    assert person.ask("GET", "/api/v1/me/").status_code == 200

    clock.pass_by(days=14)

    assert person.ask("GET", "/api/v1/me/").status_code == 401
    assert person.ask("GET", "/auth/session/").status_code == 401


def test_the_other_sessions_can_be_ended(person):
    person.sign_in()
    other = person.cookie
    person.cookie = None
    person.sign_in()

    person.ask("DELETE", "/auth/session/others/")

    assert person.ask("GET", "/auth/session/").status_code == 200
    person.cookie = other
    assert person.ask("GET", "/auth/session/").status_code == 401


def test_somebody_works_in_one_organization_at_a_time(person, stranger):
    joined = {"email": person.email, "role_id": "user"}
    stranger.ok("post", "/membership/", json=joined)
    person.sign_in()
    there = stranger.organization_id

    moved = person.ask("PUT", "/auth/session/", json={"organization_id": there})

    assert moved.json()["organization_id"] == there
    assert person.ask("GET", "/api/v1/me/").json()["organization_id"] == there
    assert person.try_it(organization_id=there).json()["organization_id"] == there


def test_nobody_works_where_they_do_not_belong(person, stranger):
    person.sign_in()
    there = {"organization_id": stranger.organization_id}

    assert person.ask("PUT", "/auth/session/", json=there).status_code == 403
    assert person.try_it(**there).status_code == 403


def test_who_is_no_longer_a_member_is_signed_out(person, world, api):
    person.sign_in()
    world.sql(
        "update membership set is_active = false where organization_id = $1", api.organization_id
    )
    world.app.sign_in.forget()

    assert person.ask("GET", "/api/v1/me/").status_code == 401
    assert person.try_it().status_code == 403


def test_a_key_counts_more_than_a_cookie(person, api, stranger):
    person.sign_in()

    answer = person.ask("GET", "/api/v1/me/", headers=stranger.headers)

    assert answer.json()["id"] == stranger.user_id


def test_what_is_done_with_a_browser_names_no_key(person, api):
    person.sign_in()

    lead = person.ask("POST", "/api/v1/lead/", json={"name": "x"}).json()

    (event,) = api.ok("get", f"/event/?object_id={lead['id']}")["data"]
    assert (event["api_key_id"], event["oauth_client_id"]) == (None, None)
    assert event["user_id"] == api.user_id


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@b.example"}, {"email": 1, "password": []}, {"email": "x" * 2000}],
)
def test_what_is_missing_is_named(person, body):
    answer = person.ask("POST", "/auth/session/", json=body)

    assert answer.status_code == 400
    assert answer.json()["field-errors"]


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x",
        "",
    ],
)
def test_signing_in_leads_to_no_other_site(world, person, wanted):
    page = world.client.get("/auth/sign_in/", params={"next": wanted})
    hidden = re.search(r'name="csrf" value="(\w+)"', page.text)[1]
    form = {"csrf": hidden, "email": person.email, "password": PASSWORD}
    action = re.search(r'action="([^"]*)"', page.text)[1]
    headers = {"cookie": f"ajar_form={page.cookies['ajar_form']}"}
    world.client.cookies.clear()

    answer = world.client.post(action, data=form, headers=headers, follow_redirects=False)
    world.client.cookies.clear()

    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/sign_in/")


def test_the_page_says_what_was_wrong_and_not_the_password(world, person):
    page = world.client.get("/auth/sign_in/")
    hidden = re.search(r'name="csrf" value="(\w+)"', page.text)[1]
    headers = {"cookie": f"ajar_form={page.cookies['ajar_form']}"}
    world.client.cookies.clear()
    form = {"csrf": hidden, "email": '"><script>', "password": "wrong wrong wrong"}

    answer = world.client.post("/auth/sign_in/", data=form, headers=headers)
    forged = world.client.post("/auth/sign_in/", data=form | {"csrf": "x"}, headers=headers)

    assert answer.status_code == 401
    assert "is wrong" in answer.text
    assert "<script>" not in answer.text
    assert "wrong wrong wrong" not in answer.text
    assert forged.status_code == 403


@pytest.mark.parametrize("path", ["/auth/nothing/", "/oauth2/", "/.well-known/security.txt"])
def test_what_is_not_there_is_not_found(world, path):
    assert world.client.get(path).status_code == 404
