"""Messages of WhatsApp, as rich text."""

import time

import pytest

from ajar.formats import rich_text
from ajar.formats.whatsapp import to_html


def inside(markdown):
    return to_html(markdown).removeprefix("<body>").removesuffix("</body>")


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("*bold*", "<b>bold</b>"),
        ("_italic_", "<i>italic</i>"),
        ("~struck~", "<s>struck</s>"),
        ("`code`", "<code>code</code>"),
        ("```two\nlines```", "<code>two<br />lines</code>"),
        ("*_both_*", "<b><i>both</i></b>"),
        ("(*a*), *b*!", "(<b>a</b>), <b>b</b>!"),
        ("*a `*b` c*", "<b>a <code>*b</code> c</b>"),
    ],
)
def test_marks_around_words_mean_something(markdown, html):
    assert inside(markdown) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "markdown",
    ["2*3*4", "snake_case_name", "*open", "**", "a * b * c", "``", "_a *b", "3. third"],
)
def test_what_means_nothing_stays_as_it_is(markdown):
    assert rich_text.to_text(to_html(markdown)) == markdown


def test_a_mark_ends_on_its_line():
    assert inside("*a\nb*") == "<p>*a<br />b*</p>"


def test_marks_that_cross_each_other_are_taken_in_order():
    assert inside("*a _b* c_") == "<p><b>a _b</b> c_</p>"


def test_a_blank_line_begins_a_paragraph():
    assert inside("a\r\nb\n\n\nc") == "<p>a<br />b</p><p>c</p>"


def test_lines_that_begin_with_a_dash_or_a_star_are_a_list():
    assert inside("Bring:\n* *cash*\n- a smile\nSoon") == (
        "<p>Bring:</p><ul><li><b>cash</b></li><li>a smile</li></ul><p>Soon</p>"
    )


def test_numbers_are_a_list_if_they_count_from_one():
    assert inside("1. a\n2. b\n4. c") == "<ol><li>a</li><li>b</li></ol><p>4. c</p>"


def test_no_html_comes_through():
    html = inside("<b onclick='x()'>*a*</b> <script>x()</script> & co")
    assert html == (
        "<p>&lt;b onclick='x()'&gt;<b>a</b>&lt;/b&gt; &lt;script&gt;x()&lt;/script&gt; &amp; co</p>"
    )


def test_nothing_is_nothing():
    assert inside("") == inside(" \n ") == ""


@pytest.mark.parametrize("text", ["*a ", "`", "_*~", "```", "*a* ", "- a\n", "*_a_* b "])
def test_no_message_takes_long(text):
    start = time.monotonic()
    try:
        to_html(text * (65_536 // len(text)))
    except ValueError as error:
        assert "more than 10000" in str(error)
    assert time.monotonic() - start < 3
