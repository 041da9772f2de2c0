"""Choosing a password, with the old one or with a link."""

import asyncio
import re
from urllib.parse import parse_qs, urlsplit

import argon2
import pytest

from ajar import passwords
from ajar.signing_in import links

PASSWORD = "correct horse battery staple"
NEW = "a quite different password"


@pytest.fixture
def link(world, person):
    def made(email=person.email):
        return world.call(lambda db: links.link(db, "http://x", email, world.clock()))

    return made


def token(link):
    return parse_qs(urlsplit(link).query)["token"][0]


def reset(person, link, password=NEW):
    body = {"token": token(link), "password": password}
    return person.ask("POST", "/auth/password/reset/", json=body)


def test_a_link_changes_the_password_and_ends_all_sessions(person, link):
    person.sign_in()

    assert reset(person, link()).status_code == 200

    assert person.ask("GET", "/auth/session/").status_code == 401
    assert person.try_it().status_code == 401
    assert person.try_it(password=NEW).status_code == 200


def test_a_link_works_once_and_ends_those_before_it(person, link):
    first, second = link(), link()
    reset(person, second)

    assert reset(person, second).status_code == 400
    assert reset(person, first).status_code == 400


def test_a_link_works_for_a_day(person, link, clock):
    clock.stand(clock())
    old = link()
    clock.pass_by(days=1)

    assert reset(person, old).status_code == 400


def test_a_password_that_is_refused_leaves_the_link(person, link):
    here = link()

    refused = reset(person, here, "short")

    assert refused.json()["field-errors"].keys() == {"password"}
    assert reset(person, here, ["x"]).status_code == 400
    assert reset(person, here).status_code == 200


def test_there_is_no_link_for_nobody(link):
    assert link("nobody@example.com") is None


def test_the_page_of_the_link_changes_the_password(world, person, link):
    page = world.client.get(f"/auth/password/reset/?token={token(link())}")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    headers = {"cookie": f"ajar_form={page.cookies['ajar_form']}"}
    world.client.cookies.clear()
    options = {"headers": headers, "follow_redirects": False}

    short = world.client.post("/auth/password/reset/", data=hidden | {"password": "x"}, **options)
    good = world.client.post("/auth/password/reset/", data=hidden | {"password": NEW}, **options)

    assert page.headers["referrer-policy"] == "no-referrer"
    assert "10 to 1000 characters" in short.text
    assert good.headers["location"] == "/auth/sign_in/"
    assert person.try_it(password=NEW).status_code == 200


def test_who_knows_the_old_password_chooses_another(person):
    person.sign_in()
    here = person.cookie
    person.cookie = None
    person.sign_in()
    said = {"password": NEW}

    wrong = person.ask("PUT", "/auth/password/", json=said | {"current_password": "x" * 12})
    good = person.ask("PUT", "/auth/password/", json=said | {"current_password": PASSWORD})

    assert (wrong.status_code, good.status_code) == (401, 200)
    assert person.ask("GET", "/auth/session/").status_code == 200
    person.cookie = here
    assert person.ask("GET", "/auth/session/").status_code == 401
    assert person.try_it(password=NEW).status_code == 200


def test_nobodys_password_is_as_dear_to_check_as_any_other_and_never_fits():
    somebodys = asyncio.run(passwords.hash(PASSWORD))

    assert argon2.extract_parameters(passwords.NOBODYS) == argon2.extract_parameters(somebodys)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        passwords.hasher.verify(passwords.NOBODYS, PASSWORD)
