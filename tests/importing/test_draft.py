"""A file before it is imported: what it has, and what its columns probably mean."""

import pytest

HEADER = "Company;Vorname;Nachname;E-Mail;Telefon;Mobile Phone;PLZ;Ort;Umsatz\r\n"


def test_a_draft_tells_what_the_file_has(imports):
    rows = [["Company", "Email"], *([f"Acme {n}", f"a{n}@acme.example"] for n in range(12))]

    made = imports.draft(*rows, filename="mine.csv")

    assert (made["status"], made["filename"], made["n_rows"]) == ("draft", "mine.csv", 12)
    assert (made["delimiter"], made["encoding"]) == (",", "utf-8")
    assert made["rows"] == rows[1:11]
    assert made["columns"] == [
        {"name": "Company", "samples": ["Acme 0", "Acme 1", "Acme 2"]},
        {"name": "Email", "samples": ["a0@acme.example", "a1@acme.example", "a2@acme.example"]},
    ]
    assert made["mapping"] == ["lead.name", "contact.email"]


@pytest.mark.parametrize(
    "encoding, written",
    [
        ("utf-8", HEADER.encode() + "Müller;Jörg;;;;;;;\r\n".encode()),
        ("utf-8", b"\xef\xbb\xbf" + HEADER.encode() + "Müller;Jörg;;;;;;;\r\n".encode()),
        ("cp1252", HEADER.encode() + "Müller;Jörg;;;;;;;\r\n".encode("cp1252")),
        ("utf-16-le", b"\xff\xfe" + (HEADER + "Müller;Jörg;;;;;;;\r\n").encode("utf-16-le")),
    ],
    ids=["utf-8", "byte order mark", "windows", "utf-16"],
)
def test_what_a_file_is_written_in_is_found_out(api, upload, imports, encoding, written):
    made = api.ok("post", "/import/", json={"file": upload(written)})

    assert (made["encoding"], made["delimiter"]) == (encoding, ";")
    assert made["columns"][0] == {"name": "Company", "samples": ["Müller"]}
    imports.run(made)
    (lead,) = api.ok("get", "/lead/")["data"]
    assert (lead["name"], lead["contacts"][0]["name"]) == ("Müller", "Jörg")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(imports, delimiter):
    rows = ["Company,Notes;here", 'Acme,"said; yes, or no"', "Bluth,a;b"]
    text = "\n".join(row.replace(",", delimiter, 1) for row in rows)

    assert imports.draft(text)["delimiter"] == delimiter


@pytest.mark.parametrize(
    "column, field",
    [
        ("Company", "lead.name"),
        ("First name", "contact.first_name"),
        ("Mobile Phone", "contact.phone.mobile"),
        ("Work Email", "contact.email.office"),
        ("E-mail 2", "contact.email"),
        ("Website", "lead.url"),
        ("Zip code", "lead.address.zipcode"),
        ("City 2", "lead.address.2.city"),
        ("Deal value", "opportunity.value"),
        ("Notes", "note"),
        ("contact.title", "contact.title"),
        ("lead.custom.Industry", "lead.custom.{id}"),
        ("Industry", "lead.custom.{id}"),
        ("Something else", None),
    ],
)
def test_what_a_column_means_is_guessed_by_its_name(api, imports, column, field):
    id = api.make("custom_field.lead", name="Industry")["id"]

    (guess,) = imports.draft(f"{column}\nx\n")["mapping"]

    assert guess == (field and field.format(id=id))


def test_without_a_header_columns_are_numbered(imports):
    made = imports.draft("Acme,1\nBluth,2\n", has_header=False)

    assert [column["name"] for column in made["columns"]] == ["Column 1", "Column 2"]
    assert made["n_rows"] == 2


def test_columns_of_one_name_are_told_apart(imports):
    made = imports.draft("Email,Email,\na@b.example,c@d.example,x\n")

    assert [c["name"] for c in made["columns"]] == ["Email", "Email (2)", "Column 3"]


def test_how_dates_and_numbers_are_written_is_guessed(imports):
    made = imports.draft("Company;Date;Value\nAcme;24.12.2026;1.234,50\nBluth;01.02.2026;3\n")

    assert (made["date_order"], made["decimal"]) == ("dmy", ",")


def test_a_mapping_is_said_by_columns_or_as_a_list(api, imports):
    made = imports.draft("A,B\nAcme,x\n")

    named = api.ok("put", f"/import/{made['id']}/", json={"mapping": {"A": "lead.name"}})
    listed = api.ok("put", f"/import/{made['id']}/", json={"mapping": [None, "lead.name"]})

    assert (named["mapping"], listed["mapping"]) == (["lead.name", None], [None, "lead.name"])


@pytest.mark.parametrize(
    "body",
    [
        {"mapping": {"No such": "lead.name"}},
        {"mapping": {"A": "lead.no_such"}},
        {"mapping": {"A": "lead.custom.no_such"}},
        {"mapping": ["lead.name", "lead.name"]},
        {"mapping": ["lead.name"]},
        {"mapping": 5},
        {"match_by": "no such"},
        {"on_match": 1},
        {"country": "Atlantis"},
        {"country": "XX"},
        {"currency": "EUR"},
        {"encoding": "no such"},
        {"delimiter": "ab"},
        {"date_order": "x"},
        {"lead_status_id": "stat_nobody"},
        {"user_id": "user_nobody"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(api, imports, body):
    made = imports.draft("A,B\nAcme,x\n")

    answer = api.put(f"/import/{made['id']}/", json=body)

    assert answer.status_code == 400
    assert set(answer.json()["field-errors"]) == set(body)


def test_another_organization_has_no_part_in_it(api, stranger, imports, upload):
    made = imports.draft("A\nAcme\n")
    status = stranger.make("status.lead")["id"]
    file = upload(b"A\nAcme\n")

    assert stranger.get(f"/import/{made['id']}/").status_code == 404
    assert stranger.put(f"/import/{made['id']}/", json={}).status_code == 404
    assert stranger.post(f"/import/{made['id']}/run/").status_code == 404
    assert stranger.get(f"/import/{made['id']}/problem/").status_code == 404
    assert stranger.ok("get", "/import/")["data"] == []
    assert stranger.post("/import/", json={"file": file}).status_code == 400
    foreign = api.put(f"/import/{made['id']}/", json={"lead_status_id": status})
    assert foreign.json()["field-errors"] == {"lead_status_id": "Object does not exist."}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": 5},
        {"content": "\n\n"},
        {"file": "file_nobody"},
        {"file": "x", "content": "A\n"},
    ],
    ids=str,
)
def test_a_draft_needs_a_file_with_something_in_it(api, body):
    answer = api.post("/import/", json=body)

    assert answer.status_code == 400
    assert set(answer.json()["field-errors"]) == {"file"}


def test_only_who_may_import_does(api, imports, world):
    made = imports.draft("A\nAcme\n")
    world.sql(
        "update membership set role_id = 'restricteduser' where organization_id = $1",
        api.organization_id,
    )
    world.app.sign_in.forget()

    assert api.get("/import/").status_code == 403
    assert api.get(f"/import/{made['id']}/").status_code == 403
    assert api.post("/import/", json={"content": "A\n"}).status_code == 403
    assert api.post(f"/import/{made['id']}/run/").status_code == 403


def test_a_draft_can_be_deleted_and_a_run_cannot(api, imports):
    draft, done = imports.draft("Company\nAcme\n"), imports.done("Company\nBluth\n")

    assert api.delete(f"/import/{draft['id']}/").status_code == 200
    assert api.get(f"/import/{draft['id']}/").status_code == 404
    assert api.delete(f"/import/{done['id']}/").status_code == 400
    assert api.put(f"/import/{done['id']}/", json={"match_by": "id"}).status_code == 400
    assert api.post(f"/import/{done['id']}/run/").status_code == 400


@pytest.mark.parametrize("rule", ["lead_name", "contact_email", "contact_phone", "id"])
def test_a_rule_needs_a_column_that_it_compares(api, imports, rule):
    made = imports.draft("Website\nacme.example\n", match_by=rule)

    answer = api.post(f"/import/{made['id']}/run/")

    assert answer.json()["field-errors"] == {"match_by": "No column has what is compared."}
