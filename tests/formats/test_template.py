"""The language of templates."""

import pytest

from ajar.formats import template

VALUES = {
    "contact": {"first_name": "Gob", "title": None, "custom": {"Magic Trick": "<b>Cards</b>"}},
    "scheduling_links": {"intro-call": "https://cal.example/gob", "demo": "https://cal.example"},
    "lead": {"display_name": "Bluth & Co", "tags": ["a", "b"], "primary_address": None},
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Hi {{ contact.first_name }}!", "Hi Gob!"),
        ("Hi {{contact.first_name}}!\n", "Hi Gob!\n"),
        ('{{ contact.custom.["Magic Trick"] }}', "<b>Cards</b>"),
        ("{{ contact.custom.[&quot;Magic Trick&quot;] }}", "<b>Cards</b>"),
        ("{{ lead.tags }}", "a, b"),
        ("{{ contact.title }}{{ contact.no.such }}{{ nobody }}", ""),
        ("{{ lead.primary_address.city }}{{ lead.items }}{{ lead.__class__ }}{{ lead }}", ""),
        ('{{ contact.title | default("friend") | upper }}', "FRIEND"),
        (
            "{{ intro-call }} {{demo}}{{ no-such-link }}",
            "https://cal.example/gob https://cal.example",
        ),
        ("{% if contact.title %}Dr{% else %}Hi{% endif %}", "Hi"),
        ("{#id} and {% raw %}{{ x }}{% endraw %}", "{#id} and {{ x }}"),
    ],
)
def test_a_tag_shows_a_value_and_nothing_for_what_is_missing(text, rendered):
    assert template.render(text, VALUES) == rendered


def test_values_are_escaped_in_rich_text_only():
    assert template.render("<p>{{ lead.display_name }}", VALUES, rich=True) == "<p>Bluth &amp; Co"
    assert template.render("<p>{{ lead.display_name }}", VALUES) == "<p>Bluth & Co"


@pytest.mark.parametrize(
    "text",
    [
        "{{",
        "{{ }}",
        "{% for x in lead %}{% endfor %}",
        "{{ lead.name() }}",
        "{{ 9 ** 9 }}",
        '{{ "a" * 9 }}',
        "{% set a = 1 %}",
        "{% include 'a' %}",
        "{{ self }}",
        "{{ lead.name < 1 }}",
        "{{ lead.name | replace('a', 'b') }}",
        "{{ lead.name | default('a', true) }}",
        "{{ lead[lead] }}{% import 'os' as os %}",
        r'{{ "\ud800" }}',
        "{{" + "(" * 900 + "}}",
        "{{ a }}" * 501,
        "{% if a %}" * 50 + "{% endif %}" * 50,
    ],
)
def test_what_does_more_than_a_template_may_is_refused(text):
    with pytest.raises(ValueError):
        template.check(text)


def test_a_simple_template_is_taken_apart():
    parts = ["https://x/?q=", ["lead", "custom", "A b"]]
    assert template.parts('https://x/?q={{ lead.custom.["A b"] }}') == parts


@pytest.mark.parametrize("text", ["{{ a | upper }}", "{% if a %}b{% endif %}"])
def test_only_plain_tags_can_be_taken_apart(text):
    with pytest.raises(ValueError):
        template.parts(text)
