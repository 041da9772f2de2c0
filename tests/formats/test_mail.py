"""Headers of mail."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajar.formats import mail


@pytest.mark.parametrize(
    ("text", "name", "email"),
    [
        ("gob@bluth.example", "", "gob@bluth.example"),
        ('"Gob Bluth" <gob@bluth.example>', "Gob Bluth", "gob@bluth.example"),
        ("Gob Bluth <gob@bluth.example>", "Gob Bluth", "gob@bluth.example"),
        ('"Bluth, Gob" <gob@bluth.example>', "Bluth, Gob", "gob@bluth.example"),
        ("Göb <göb@blüth.example>", "Göb", "göb@blüth.example"),
        ("<o'brien@bluth.example>", "", "o'brien@bluth.example"),
        ('"gob bluth"@bluth.example', "", '"gob bluth"@bluth.example'),
    ],
)
def test_an_address_may_have_a_name(text, name, email):
    assert mail.parsed(text) == {"name": name, "email": email}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "gob",
        "gob@",
        "@bluth.example",
        "gob bluth@bluth.example",
        "gob@bluth@example",
        "gob@bluth.example, lucille@bluth.example",
        "Bluth, Gob <gob@bluth.example>",
        "undisclosed-recipients:;",
        "Gob\r\nBcc: all@bluth.example <gob@bluth.example>",
        "gob@bluth.example\n",
    ],
)
def test_what_is_not_one_address_is_refused(text):
    with pytest.raises(ValueError, match="Invalid email address"):
        mail.parsed(text)


@given(st.text(max_size=500))
def test_no_text_is_too_strange(text):
    try:
        parsed = mail.parsed(text)
    except ValueError as error:
        assert str(error) == "Invalid email address."
    else:
        assert "@" in parsed["email"]
    mail.normalized(text)


@pytest.mark.parametrize(
    ("subject", "rest"),
    [
        ("Offer", "Offer"),
        ("Re: Offer", "Offer"),
        ("RE: FWD: Fw: AW:  Your   offer ", "Your offer"),
        ("Re[2]: Offer", "Offer"),
        ("Re : Offer", "Offer"),
        ("回复\uff1aOffer", "Offer"),
        ("Regarding: Offer", "Regarding: Offer"),
        ("Research", "Research"),
        ("Re: ", None),
        ("", None),
        (None, None),
    ],
)
def test_answers_have_the_subject_of_what_they_answer(subject, rest):
    assert mail.normalized(subject) == rest


def test_a_long_subject_is_soon_read():
    started = time.perf_counter()
    mail.normalized("re:" * 3000 + " " * 3000)
    assert time.perf_counter() - started < 0.5


def test_participants_are_listed_once_with_a_name_if_one_is_known():
    gob, named = {"name": "", "email": "gob@x.example"}, {"name": "Gob", "email": "Gob@x.example"}
    empty = {"from": [], "to": [], "cc": [], "bcc": []}
    assert mail.participants([empty | {"from": [gob]}, empty | {"cc": [named]}]) == [named]
