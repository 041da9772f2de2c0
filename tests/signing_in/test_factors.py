"""The second factor."""

import base64
import re

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

PASSWORD = "correct horse battery staple"


def code(secret: str, now, steps=0) -> str:
    """What an authenticator would show, from what it was given."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(key, 6, SHA1(), 30).generate(int(now.timestamp()) + 30 * steps).decode()


@pytest.fixture
def careful(person, clock):
    """A person with a second factor: `secret` and `recovery`."""
    clock.stand(clock())
    person.sign_in()
    offered = person.ask("POST", "/auth/second_factor/", json={"password": PASSWORD}).json()
    assert offered["uri"].startswith("otpauth://totp/Ajar:")
    person.secret = offered["secret"]
    body = {"code": code(person.secret, clock())}
    confirmed = person.ask("PUT", "/auth/second_factor/", json=body)
    assert confirmed.status_code == 200, confirmed.text
    person.recovery = confirmed.json()["recovery_codes"]
    person.cookie = None
    clock.pass_by(seconds=60)
    return person


def test_it_is_asked_for_once_it_was_confirmed(careful, clock):
    answer = careful.try_it()

    assert answer.status_code == 401
    assert answer.json()["second_factor_required"] is True
    assert careful.try_it(code="000000").status_code == 401
    assert careful.try_it(code=code(careful.secret, clock())).status_code == 200
    assert len(set(careful.recovery)) == 10


def test_until_it_was_confirmed_it_is_not_asked_for(person):
    person.sign_in()
    person.ask("POST", "/auth/second_factor/", json={"password": PASSWORD})

    wrong = person.ask("PUT", "/auth/second_factor/", json={"code": "000000"})

    assert wrong.status_code == 400
    assert person.try_it().status_code == 200


def test_a_code_works_once(careful, clock):
    now = code(careful.secret, clock())
    assert careful.try_it(code=now).status_code == 200

    assert careful.try_it(code=now).status_code == 401


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (1, 200), (2, 401)])
def test_a_clock_may_be_half_a_minute_wrong(careful, clock, steps, status):
    clock.pass_by(seconds=90)

    answer = careful.try_it(code=code(careful.secret, clock(), steps))

    assert answer.status_code == status


def test_a_recovery_code_works_once(careful):
    assert careful.try_it(code=careful.recovery[0]).status_code == 200

    assert careful.try_it(code=careful.recovery[0]).status_code == 401
    assert careful.try_it(code=careful.recovery[1]).status_code == 200


def test_guessing_codes_takes_ever_longer(careful):
    for number in range(5):
        assert careful.try_it(code=f"{number:06}").status_code == 401

    assert careful.try_it(code="000009").status_code == 429


def test_a_wrong_password_is_not_told_from_a_wrong_code(careful):
    wrong = careful.try_it(password="wrong wrong wrong", code="000000")

    assert wrong.json() == careful.try_it(code="000000").json()
    missing = careful.try_it(password="wrong wrong wrong")
    assert "second_factor_required" not in missing.json()


def test_it_takes_the_password_and_a_code_to_do_without(careful, clock):
    careful.sign_in(code=careful.recovery[0])
    path = "/auth/second_factor/"

    assert careful.ask("DELETE", path, json={"password": PASSWORD}).status_code == 400
    wrong = {"password": PASSWORD, "code": "000000"}
    assert careful.ask("DELETE", path, json=wrong).status_code == 401
    good = {"password": PASSWORD, "code": code(careful.secret, clock())}
    assert careful.ask("DELETE", path, json=good).status_code == 200
    careful.cookie = None
    assert careful.try_it().status_code == 200


def test_one_that_counts_is_not_replaced(careful):
    careful.sign_in(code=careful.recovery[0])

    answer = careful.ask("POST", "/auth/second_factor/", json={"password": PASSWORD})

    assert answer.status_code == 400
    assert careful.try_it().status_code == 401


def test_the_secret_is_encrypted_in_the_database(careful, world):
    kept = world.sql("select totp_secret from account where id = $1", careful.api.user_id)[0][0]

    secret = base64.b32decode(careful.secret + "=" * (-len(careful.secret) % 8))
    assert secret not in kept
    (file,) = world.app.settings.data.glob("secret.key")
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_page_takes_the_code(careful, world, clock):
    page = world.client.get("/auth/sign_in/")
    hidden = re.search(r'name="csrf" value="(\w+)"', page.text)[1]
    headers = {"cookie": f"ajar_form={page.cookies['ajar_form']}"}
    world.client.cookies.clear()
    form = {"csrf": hidden, "email": careful.email, "password": PASSWORD}
    options = {"headers": headers, "follow_redirects": False}

    without = world.client.post("/auth/sign_in/", data=form, **options)
    now = {"code": code(careful.secret, clock())}
    answer = world.client.post("/auth/sign_in/", data=form | now, **options)
    world.client.cookies.clear()

    assert (without.status_code, answer.status_code) == (401, 303)
