"""A list of two hundred companies becomes leads, through the official client."""

from typing import Any, NamedTuple

import pytest
from closeio_api import API

LEADS = 200
INDUSTRIES = ("Banking", "Aerospace", "Shipping")
INTERESTS = ("Batmobile", "Suits", "Grapples")


def test_every_imported_lead_reads_back_as_it_was_sent(imported):
    for sent, made in zip(imported.rows, imported.leads, strict=True):
        lead = imported.close.get(f"lead/{made['id']}")

        assert lead == made
        assert told(lead, imported.fields) == sent


def test_a_custom_value_may_be_sent_by_id_by_name_or_in_a_dictionary(imported):
    by_id, by_name, in_a_dictionary = imported.leads[:3]
    key = f"custom.{imported.fields['Interests']}"

    assert by_id[key] == by_name[key] == in_a_dictionary[key] == ["Batmobile", "Suits"]


def test_values_are_shown_by_name_too(imported):
    assert imported.leads[0]["custom"] == {
        "Industry": "Banking",
        "Seats": 0,
        "Interests": ["Batmobile", "Suits"],
        "Owner": imported.user_id,
        "Renewal": "2027-01-01",
    }


def test_phones_are_kept_in_one_form(imported):
    (contact,) = imported.leads[0]["contacts"]

    assert contact["phones"][0]["phone"] == "+12025550100"
    assert contact["phones"][0]["phone_formatted"] == "+1 202-555-0100"
    assert contact["phones"][0]["country"] == "US"


@pytest.mark.parametrize("limit", [23, 100, 200])
@pytest.mark.parametrize("path", ["lead", "contact"])
def test_paging_until_the_end_shows_each_row_once(imported, path, limit):
    rows = everything(imported.close, path, _limit=limit, _fields="id")

    assert len(rows) == LEADS
    assert len({row["id"] for row in rows}) == LEADS


def test_a_page_of_nothing_tells_how_many_there_are(imported):
    page = imported.close.get("lead", {"_limit": 0})

    assert page == {"data": [], "has_more": True, "total_results": LEADS}


def test_fields_are_all_that_comes_back(imported):
    industry = f"custom.{imported.fields['Industry']}"
    page = imported.close.get("lead", {"_fields": f"id,display_name,{industry}", "_limit": 5})

    assert [set(lead) for lead in page["data"]] == [{"id", "display_name", industry}] * 5


def test_one_value_is_added_and_another_taken_away(imported, own_lead):
    key = f"custom.{imported.fields['Interests']}"
    path = f"lead/{own_lead['id']}"

    added = imported.close.put(path, {f"{key}.add": "Grapples"})
    left = imported.close.put(path, {f"{key}.remove": "Suits"})

    assert added[key] == ["Batmobile", "Suits", "Grapples"]
    assert left[key] == ["Batmobile", "Grapples"]


def test_null_takes_a_custom_value_away(imported, own_lead):
    key = f"custom.{imported.fields['Industry']}"

    lead = imported.close.put(f"lead/{own_lead['id']}", {key: None})

    assert key not in lead
    assert "Industry" not in lead["custom"]


class Imported(NamedTuple):
    """What was sent, and what came back."""

    close: API
    user_id: str
    fields: dict[str, str]
    rows: list[dict]
    leads: list[dict]


@pytest.fixture(scope="module")
def imported(served, founded):
    """Two hundred leads. Only a lead that a test makes for itself may be changed."""
    company = founded(served)
    close = company.client
    fields = {field["name"]: close.post("custom_field/lead", field)["id"] for field in FIELDS}
    rows = [row(number, company.user_id) for number in range(LEADS)]
    leads = [close.post("lead", body(number, row, fields)) for number, row in enumerate(rows)]
    return Imported(close, company.user_id, fields, rows, leads)


FIELDS = (
    {"name": "Industry", "type": "text"},
    {"name": "Seats", "type": "number"},
    {
        "name": "Interests",
        "type": "choices",
        "choices": list(INTERESTS),
        "accepts_multiple_values": True,
    },
    {"name": "Owner", "type": "user"},
    {"name": "Renewal", "type": "date"},
)


def row(number: int, user_id: str) -> dict[str, Any]:
    """One line of the list that is imported."""
    return {
        "name": f"Company {number}",
        "url": f"https://company{number}.example",
        "city": "Gotham",
        "contact": f"Person {number}",
        "phone": f"+1202555{100 + number:04}",
        "email": f"person{number}@company{number}.example",
        "profile": f"https://people.example/{number}",
        "Industry": INDUSTRIES[number // 3 % 3],
        "Seats": number // 3,
        "Interests": ["Batmobile", "Suits"],
        "Owner": user_id,
        "Renewal": f"2027-01-{number // 3 % 28 + 1:02}",
    }


def body(number: int, row: dict, fields: dict[str, str]) -> dict:
    """As one of the three ages of clients sends it."""
    contact = {
        "name": row["contact"],
        "phones": [{"phone": row["phone"], "type": "office"}],
        "emails": [{"email": row["email"], "type": "office"}],
        "urls": [{"url": row["profile"], "type": "url"}],
    }
    custom = {name: row[name] for name in fields}
    values = (
        {f"custom.{fields[name]}": value for name, value in custom.items()},
        {f"custom.{name}": value for name, value in custom.items()},
        {"custom": custom},
    )[number % 3]
    lead = {"name": row["name"], "url": row["url"], "contacts": [contact]}
    return lead | {"addresses": [{"city": row["city"], "country": "US"}]} | values


def told(lead: dict, fields: dict[str, str]) -> dict:
    """The line of the list that a lead came from."""
    (contact,) = lead["contacts"]
    return {
        "name": lead["name"],
        "url": lead["url"],
        "city": lead["addresses"][0]["city"],
        "contact": contact["name"],
        "phone": contact["phones"][0]["phone"],
        "email": contact["emails"][0]["email"],
        "profile": contact["urls"][0]["url"],
        **{name: lead[f"custom.{id}"] for name, id in fields.items()},
    }


@pytest.fixture
def own_lead(imported):
    """One more lead like the imported ones, gone when the test is over."""
    lead = imported.close.post("lead", body(0, imported.rows[0], imported.fields))
    yield lead
    imported.close.delete(f"lead/{lead['id']}")


def everything(close: API, path: str, **params: Any) -> list[dict]:
    """Page after page, until there is no more."""
    rows: list[dict] = []
    while True:
        page = close.get(path, params | {"_skip": len(rows)})
        rows += page["data"]
        if not page["has_more"]:
            return rows
