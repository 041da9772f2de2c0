"""The bodies of mails."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ajar.formats import mail_body


@pytest.mark.parametrize(
    "html",
    [
        "Hi<br><br>Bye",
        '<table width="600"><tbody><tr><td bgcolor="#ffffff">x</td></tr></tbody></table>',
        '<p style="margin: 0 auto; font-family: Arial, sans-serif; color: rgb(1, 2, 3)">x</p>',
        '<a href="https://x.example/?a=b">x</a>',
        '<img src="cid:picture" alt="x">',
        '<font color="red" size="2">x</font><center>y</center>',
        "<blockquote>x</blockquote>",
    ],
)
def test_what_mail_programs_write_stays(html):
    assert mail_body.clean(html) == html


@pytest.mark.parametrize(
    ("html", "rest"),
    [
        ("<script>x()</script>Hi", "Hi"),
        ("<style>p { display: none }</style>Hi", "Hi"),
        ('<p onclick="x()">Hi</p>', "<p>Hi</p>"),
        ('<a href="javascript:x()">Hi</a>', "<a>Hi</a>"),
        ('<img src="data:text/html,x">', "<img>"),
        ('<p style="position: fixed; top: 0">Hi</p>', "<p>Hi</p>"),
        ('<p style="background: url(https://x.example)">Hi</p>', "<p>Hi</p>"),
        ('<p style="width: expression(x())">Hi</p>', "<p>Hi</p>"),
        ('<form action="/x"><input name="y">Hi</form>', "Hi"),
        ('<iframe src="https://x.example"></iframe>Hi', "Hi"),
        ('<meta http-equiv="refresh" content="0">Hi', "Hi"),
        ("<!-- x -->Hi", "Hi"),
    ],
)
def test_what_could_harm_a_reader_is_taken_out(html, rest):
    assert mail_body.clean(html) == rest


def test_what_would_take_long_to_read_is_refused():
    with pytest.raises(ValueError, match="elements"):
        mail_body.clean("<div>" * 10_001)


@pytest.mark.parametrize("html", ["<div>" * 10_000, "a<br>" * 39_000, "<p>x y z</p>" * 9_000])
def test_a_large_body_is_soon_read(html):
    started = time.process_time()
    cleaned = mail_body.clean(html)
    mail_body.to_text(cleaned)
    mail_body.html_parts(cleaned)
    assert time.process_time() - started < 5


def test_plain_text_of_a_body_has_its_lines():
    html = "Cool!<br>This is rad. &lt;3<p>x</p><table><tr><td>a</td><td>b</td></tr></table>"
    assert mail_body.to_text(html) == "Cool!\nThis is rad. <3\n\nx\n\na\nb"


def test_text_becomes_html_that_shows_the_same():
    assert mail_body.from_text("1 < 2\r\nyes") == "1 &lt; 2<br />yes"


def test_what_is_quoted_is_told_from_what_is_new():
    text = "Yes\n\nOn Mon, 5 Feb 2024, Gob <gob@x.example> wrote:\n> Shall we?"
    assert mail_body.text_parts(text) == [
        {"expand": True, "text": "Yes\n\nOn Mon, 5 Feb 2024, Gob <gob@x.example> wrote:"},
        {"expand": False, "text": "> Shall we?"},
    ]
    html = "Yes<br>On Mon, 5 Feb 2024, Gob wrote:<br><blockquote>Shall we?</blockquote>"
    new, quoted = mail_body.html_parts(html) or []
    assert (new["expand"], quoted["expand"]) == (True, False)
    assert ("Yes" in new["html"], "Shall" in new["html"]) == (True, False)
    assert quoted["html"] == "<blockquote>Shall we?</blockquote>"
    assert mail_body.text_parts("Shall we?") is mail_body.html_parts("Shall we?") is None


PIECES = ["<", ">", "<p>", "</p>", "<br>", "<td>", "On x wrote:", "\x0b", "&", "é", "\n> ", "<!--"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_html_is_too_strange(html):
    cleaned = mail_body.clean(html)
    mail_body.html_parts(cleaned)
    mail_body.text_parts(mail_body.to_text(cleaned))
