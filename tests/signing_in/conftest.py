"""Somebody who signs in with a browser."""

import itertools
import os

import pytest

from ajar import passwords

number = itertools.count()
PASSWORD = "correct horse battery staple"
HASH = passwords.hasher.hash(PASSWORD)


class Person:
    """Somebody at a browser whose page sends JSON."""

    def __init__(self, world, api):
        self.world, self.api, self.cookie, self.proof = world, api, None, ""
        self.email = f"alfred{next(number)}@{os.getpid()}.example"
        set_ = "update account set email = $2, password_hash = $3 where id = $1"
        world.sql(set_, api.user_id, self.email, HASH)

    def ask(self, method, path, proven=True, **options):
        headers = {"cookie": f"ajar={self.cookie}"} if self.cookie else {}
        headers |= {"x-csrf-token": self.proof} if proven else {}
        headers |= options.pop("headers", {})
        answer = self.world.client.request(method, path, headers=headers, **options)
        self.world.client.cookies.clear()
        return answer

    def try_it(self, **said):
        body = {"email": self.email, "password": PASSWORD} | said
        return self.ask("POST", "/auth/session/", json=body)

    def sign_in(self, **said):
        answer = self.try_it(**said)
        assert answer.status_code == 200, answer.text
        self.cookie = answer.headers["set-cookie"].partition("ajar=")[2].partition(";")[0]
        self.proof = answer.json()["csrf_token"]
        return answer


@pytest.fixture(autouse=True)
def nobody_failed_before(world):
    world.sql("delete from sign_in_attempt")


@pytest.fixture
def person(world, api):
    return Person(world, api)
