"""A client that asks too often is told to wait, in every form that clients of some age read."""

from dataclasses import replace

import pytest

from ajar import founding
from ajar.kernel.context import Caller, Context

RATE = 5


@pytest.fixture(scope="module")
def limited(serve):
    return serve(rate_limit=RATE)


@pytest.fixture
def company(limited, founded):
    return founded(limited)


def test_the_official_client_waits_and_gets_through(company, caplog):
    caplog.set_level("DEBUG")

    leads = [company.client.post("lead", {"name": f"Company {n}"}) for n in range(2 * RATE)]

    assert "Request was rate limited, sleeping 1 seconds" in caplog.messages
    assert company.client.get("lead")["total_results"] == len(leads)


def test_a_refusal_says_when_to_come_back(company):
    answers = [company.raw("GET", "/lead/") for _ in range(2 * RATE)]

    refused = next(answer for answer in answers if answer.status_code == 429)
    body = refused.json()
    assert refused.headers["ratelimit"] == f"limit={RATE}, remaining=0, reset=1"
    assert refused.headers["ratelimit-reset"] == refused.headers["retry-after"] == "1"
    assert 0 < float(refused.headers["x-rate-limit-reset"]) <= 1
    assert 0 < body["rate_reset"] == body["error"]["rate_reset"] <= 1


def test_an_answer_says_how_many_more_there_may_be(company):
    answer = company.raw("GET", "/lead/")

    assert answer.headers["ratelimit"] == f"limit={RATE}, remaining={RATE - 1}, reset=1"


def test_what_is_read_does_not_count_against_what_is_written(company):
    for _ in range(RATE):
        company.raw("GET", "/lead/")

    assert company.raw("POST", "/lead/", json={"name": "Sitwell"}).status_code == 200


def test_a_key_that_is_refused_takes_nothing_from_its_colleagues(company, colleague):
    for _ in range(4 * RATE):
        company.raw("GET", "/lead/")

    assert colleague.raw("GET", "/lead/").status_code == 200


@pytest.fixture
def colleague(world, company):
    """Another key of the same organization."""

    async def added(db):
        caller = Caller(company.organization_id, company.user_id)
        return await founding.add_key(Context(db, caller, world.clock()), "colleague")

    return replace(company, key=world.call(added))
