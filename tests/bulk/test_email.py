"""Mail to all that a search finds."""

import pytest


@pytest.fixture
def template(api):
    body = "Hi {{ contact.first_name }}"
    return api.make("email_template", subject="News", body=body)["id"]


@pytest.fixture
def sender(api):
    """A mailbox of the user's."""
    return api.body("bulk_action.email")["email_account_id"]


@pytest.fixture
def mail(api, act, template, sender):
    """Write to everybody; the action, and the emails by their address."""

    def written(**body):
        action = act("email", **{"template_id": template, "email_account_id": sender} | body)
        emails = api.ok("get", "/activity/email/")["data"]
        return action, {address: one for one in emails for address in one["to"]}

    return written


def person(name, *emails):
    return {"name": name, "emails": [{"email": email} for email in emails]}


@pytest.fixture
def bluths(api):
    people = [
        person("Nobody"),
        person("Gob Bluth", "gob@bluth.example", "g@bluth.example"),
        person("Michael Bluth", "michael@bluth.example", "gob@bluth.example"),
    ]
    return api.make("lead", name="Bluth", contacts=people)


def test_each_lead_gets_a_mail_made_from_the_template(api, mail, bluths, template, sender):
    action, emails = mail()
    (email,) = emails.values()
    assert list(emails) == ["gob@bluth.example"]
    assert (email["subject"], email["body_html"]) == ("News", "Hi Gob")
    assert (email["template_id"], email["lead_id"]) == (template, bluths["id"])
    assert (email["sender"], email["email_account_id"]) == ("bruce@wayne.example", sender)
    assert email["bulk_email_action_id"] == action["id"]
    assert (email["status"], email["user_id"]) == ("outbox", api.user_id)
    assert (action["contact_preference"], action["n_objects_failed"]) == ("lead", 0)


def test_the_event_of_each_mail_names_the_action(api, mail, bluths):
    action, emails = mail()
    (email,) = emails.values()
    (event,) = api.ok("get", f"/event/?object_id={email['id']}&action=created")["data"]
    assert event["meta"]["bulk_action_id"] == action["id"]


def test_every_contact_gets_one_at_their_first_address(mail, bluths):
    assert set(mail(contact_preference="contact")[1]) == {
        "gob@bluth.example",
        "michael@bluth.example",
    }


def test_every_address_gets_one_and_none_gets_two(mail, bluths):
    _, emails = mail(contact_preference="all")
    assert set(emails) == {"gob@bluth.example", "g@bluth.example", "michael@bluth.example"}
    assert len(emails) == 3


def test_contacts_can_be_looked_for(api, mail, bluths):
    kind = {"type": "object_type", "object_type": "contact"}
    action, emails = mail(s_query=kind, contact_preference="contact")
    assert set(emails) == {"gob@bluth.example", "michael@bluth.example"}
    assert (action["n_leads"], action["n_objects"]) == (1, 3)


def test_who_has_no_address_or_wants_no_mail_gets_none_and_it_is_told(api, mail, failures):
    nobody = api.make("lead", contacts=[person("Nobody")])
    gone = api.make("lead", contacts=[person("Gob", "gob@bluth.example")])
    api.post("/unsubscribe/email/", json={"email": "GOB@bluth.example"})
    action, emails = mail()
    assert emails == {}
    assert (action["status"], action["n_objects_failed"]) == ("done", 2)
    assert dict(failures("email", action)) == {
        nobody["id"]: "There is no contact with an email address.",
        gone["id"]: "The address is unsubscribed.",
    }


def test_a_sender_that_is_said_is_taken(api, mail, bluths):
    sender = "Bruce <bruce@wayne.example>"
    action, emails = mail(sender=sender)
    assert [one["sender"] for one in emails.values()] == [sender]
    assert action["sender"] == sender


def test_a_mailbox_that_cannot_send_as_the_sender_is_refused(api, template, sender):
    body = {"template_id": template, "sender": "gob@bluth.example"}
    refused = api.post("/bulk_action/email/", json=body)
    assert (refused.status_code, list(refused.json()["field-errors"])) == (400, ["sender"])


def test_nothing_begins_that_no_mailbox_can_send(api, template):
    refused = api.post("/bulk_action/email/", json={"template_id": template})
    assert (refused.status_code, "connected account" in refused.text) == (400, True)


def test_actions_are_found_by_their_template(api, mail, template):
    action, _ = mail()
    other = api.make("bulk_action.email")
    listed = api.ok("get", f"/bulk_action/email/?template_id={template}")["data"]
    assert [one["id"] for one in listed] == [action["id"]] != [other["id"]]


def test_a_template_that_is_deleted_meanwhile_is_told(api, world, failures, sender, bluths):
    template = api.make("email_template")["id"]
    body = {"template_id": template, "email_account_id": sender}
    action = api.ok("post", "/bulk_action/email/", json=body)
    api.ok("delete", f"/email_template/{template}/")
    world.work()
    assert failures("email", action) == [(bluths["id"], "template_id: Object does not exist.")]
