"""Addresses that get no bulk mail."""

LIST = "/unsubscribe/email/"


def flags(api, id):
    contact = api.ok("get", f"/contact/{id}/")
    return {item["email"]: item["is_unsubscribed"] for item in contact["emails"]}


def gob(api, email="gob@bluth.example"):
    return api.make("contact", emails=[{"email": email}, {"email": "gob@home.example"}])["id"]


def test_contacts_show_at_once_that_an_address_is_unsubscribed(api):
    id = gob(api, "Gob@Bluth.example")

    answer = api.post(LIST, json={"email": "gob@bluth.EXAMPLE"})

    assert (answer.status_code, answer.json()) == (201, {"email": "gob@bluth.EXAMPLE"})
    assert flags(api, id) == {"Gob@Bluth.example": True, "gob@home.example": False}


def test_a_contact_that_comes_later_shows_it_too(api):
    api.ok("post", LIST, json={"email": "gob@bluth.example"})

    lead = api.make("lead", contacts=[{"emails": [{"email": "GOB@bluth.example"}]}])

    assert flags(api, gob(api))["gob@bluth.example"] is True
    assert lead["contacts"][0]["emails"][0]["is_unsubscribed"] is True


def test_taking_an_address_off_the_list_shows_at_once(api):
    id = gob(api)
    api.ok("post", LIST, json={"email": "gob@bluth.example"})

    answer = api.delete(f"{LIST}GOB%40bluth.example/")

    assert (answer.status_code, answer.json()) == (200, {"email": "gob@bluth.example"})
    assert flags(api, id) == {"gob@bluth.example": False, "gob@home.example": False}
    assert api.ok("get", LIST)["data"] == []
    assert api.delete(f"{LIST}gob@bluth.example/").status_code == 404


def test_an_address_is_on_the_list_once(api):
    answers = [api.post(LIST, json={"email": email}) for email in ("a@b.example", "A@b.example")]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert api.ok("get", LIST)["data"] == [{"email": "a@b.example"}]


def test_the_path_has_the_address_in_the_code_of_urls(api):
    api.ok("post", LIST, json={"email": "gob+a%b@bluth.example"})
    answer = api.delete(f"{LIST}gob%2Ba%25b%40bluth.example/")
    assert (answer.status_code, answer.json()) == (200, {"email": "gob+a%b@bluth.example"})


def test_an_address_has_500_letters_at_most(api):
    longest = "a" * 488 + "@bluth.test1"
    assert api.ok("post", LIST, json={"email": longest}) == {"email": longest}
    assert api.post(LIST, json={"email": "a" + longest}).status_code == 400


def test_clients_cannot_say_it_of_a_contact(api):
    lead = api.make("lead")["id"]
    emails = [{"email": "a@b.example", "is_unsubscribed": True}]

    assert flags(api, api.make("contact", lead_id=lead, emails=emails)["id"]) == {
        "a@b.example": False
    }


def test_other_organizations_are_not_concerned(api, stranger):
    theirs = gob(stranger)

    api.ok("post", LIST, json={"email": "gob@bluth.example"})

    assert flags(stranger, theirs)["gob@bluth.example"] is False
    assert stranger.ok("get", LIST)["data"] == []
    assert flags(stranger, gob(stranger))["gob@bluth.example"] is False


def test_the_event_log_tells(api):
    gob(api)
    api.ok("post", LIST, json={"email": "gob@bluth.example"})
    api.ok("delete", f"{LIST}gob@bluth.example/")

    told = [one for one in api.events() if one[0] == "unsubscribed_email"]
    assert told == [("unsubscribed_email", "created"), ("unsubscribed_email", "deleted")]
    assert ("contact", "updated") in api.events()


def test_what_is_no_address_is_refused(api):
    for wrong in ({}, {"email": "x"}, {"email": "a" * 500 + "@b.example"}):
        answer = api.post(LIST, json=wrong)
        assert (answer.status_code, list(answer.json()["field-errors"])) == (400, ["email"])
