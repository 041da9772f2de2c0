import random
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from ajar.formats import rich_text

ALLOWED = {
    "body": set(),
    **{tag: set() for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "p", "b", "strong", "i", "em")},
    **{tag: set() for tag in ("u", "s", "code", "ul", "ol", "li", "hr", "br")},
    "a": {"href"},
    "img": {"src", "alt"},
    "span": {"style", "class", "data-type", "data-id", "data-label"},
}
SAFE_URLS = ("http://", "https://", "mailto:", "tel:", "/go/file/")

ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<script\x20type='text/javascript'>alert(1);</script>",
    "<script/xss src='http://evil.example/x.js'>",
    "<<script>alert(1);//<</script>",
    "<script>alert(1)//",
    "<img src=x onerror=alert(1)>",
    "<img src='javascript:alert(1)'>",
    "<IMG SRC=JaVaScRiPt:alert('x')>",
    "<img src=`javascript:alert(1)`>",
    "<img src='jav&#x09;ascript:alert(1)'>",
    "<img src='jav&#x0A;ascript:alert(1)'>",
    "<img src=' &#14; javascript:alert(1)'>",
    "<img src='&#0000106&#0000097&#0000118&#0000097script:alert(1)'>",
    '<img """><script>alert(1)</script>">',
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "<img src='//evil.example/pixel.gif'>",
    "<img src='/api/v1/me/'>",
    "<img src='/go/file/../../api/v1/me/'>",
    "<img src='https://ok.example/a.png' srcset='javascript:alert(1) 2x'>",
    "<img src='https://ok.example/\" onerror=\"alert(1)'>",
    "<img alt='<script>alert(1)</script>' src='https://ok.example/'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='https://ok.example' onclick='alert(1)' target='_top'>x</a>",
    "<a href='https://ok.example' ping='https://evil.example'>x</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1&gt;",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<title><img title='</title><img src=x onerror=alert(1)>'></title>",
    "<template><img src=x onerror=alert(1)></template>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1);</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><?php echo 1 ?><b>x</b>",
    "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'><a href='/x'>x</a>",
    "<meta http-equiv='refresh' content='0;url=javascript:alert(1)'>",
    "<link rel='stylesheet' href='http://evil.example/x.css'>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<body onload=alert(1) background='javascript:alert(1)'>x</body>",
    "<body/onload=alert(1)><body onload=alert(2)>x",
    "<form action='javascript:alert(1)'><input type=submit formaction='javascript:1'></form>",
    "<button onclick=alert(1) autofocus onfocus=alert(1)>x</button>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<p onmouseover=alert(1) style='position:fixed' id=x class=y>x</p>",
    "<span style='position:fixed;top:0;left:0;width:100%;height:100%'>x</span>",
    "<span style='background:url(javascript:alert(1))'>x</span>",
    "<span style='background-color:url(http://evil.example/)'>x</span>",
    "<span style='color:\\75rl(http://evil.example/)'>x</span>",
    "<span style='color:expression(alert(1))'>x</span>",
    "<span style='color:red;-moz-binding:url(http://evil.example/)'>x</span>",
    "<span style='color:/**/red;behavior:url(x)'>x</span>",
    "<span data-type='mention' data-id='user_1\"><script>alert(1)</script>'>x</span>",
    "<span class='mention modal-open' data-type='modal' data-target='#x'>x</span>",
    "<p><button><p><a href='javascript:1'><table><a href='javascript:2'>x",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\u2028<script>alert(1)</script>\ufeff",
]


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.found.append(("!--", {}))

    def handle_decl(self, decl):
        self.found.append(("!", {}))

    def handle_pi(self, data):
        self.found.append(("?", {}))


def dangers(html):
    for tag, attributes in Elements(html).found:
        if tag not in ALLOWED or attributes.keys() - ALLOWED[tag]:
            yield tag, attributes
        for name in attributes.keys() & {"href", "src"}:
            if not attributes[name].lower().startswith(SAFE_URLS) or ".." in attributes[name]:
                yield tag, attributes
        if any(word in attributes.get("style", "") for word in ("url", "expression", "\\", ";-")):
            yield tag, attributes


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_dangerous_survives(attack):
    assert list(dangers(rich_text.clean(attack))) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_dangerous_comes_out_of_plain_text(attack):
    tags = [tag for tag, _ in Elements(rich_text.from_text(attack)).found]

    assert tags == ["body", "p"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_cleaning_twice_changes_nothing(attack):
    once = rich_text.clean(attack)

    assert rich_text.clean(once) == once


@pytest.mark.parametrize("attack", ATTACKS)
def test_rich_text_is_well_formed_xml_in_one_body(attack):
    root = ElementTree.fromstring(rich_text.clean(attack))

    assert root.tag == "body"
    assert root.find(".//body") is None


def test_rich_text_of_random_tags_is_safe_stable_and_well_formed():
    pick = random.Random(7)
    tags = [
        "p",
        "b",
        "i",
        "a",
        "ul",
        "ol",
        "li",
        "table",
        "td",
        "div",
        "h1",
        "button",
        "select",
        "svg",
        "math",
        "style",
        "pre",
        "form",
        "font",
        "u",
    ]
    pieces = [f"<{tag}>" for tag in tags] + [f"</{tag}>" for tag in tags] + ["x", " ", "&#1;", "\r"]
    for _ in range(2000):
        once = rich_text.clean("".join(pick.choices(pieces, k=20)))
        assert rich_text.clean(once) == once
        assert list(dangers(once)) == []
        assert ElementTree.fromstring(once).tag == "body"


@pytest.mark.parametrize(
    "html",
    [
        "<body></body>",
        "<body><p>this is a test note.</p></body>",
        "<body><h1>One</h1><h6>Six</h6><hr /><p><b>b</b><strong>s</strong><i>i</i></p></body>",
        "<body><p><em>e</em><u>u</u><s>s</s><code>c</code><br />x</p></body>",
        "<body><ul><li>a</li></ul><ol><li>b</li></ol></body>",
        '<body><a href="https://ok.example/?a=1&amp;b=2">x</a></body>',
        '<body><a href="mailto:a@ok.example">x</a><a href="tel:+14155550100">y</a></body>',
        '<body><img src="https://ok.example/a.png" alt="A &quot;picture&quot;" /></body>',
        '<body><img src="/go/file/tmp/a.png" /></body>',
        '<body><span style="color: red; background-color: rgb(1, 2, 3)">x</span></body>',
        '<body><p><span data-type="mention" data-id="user_1aB" data-label="Bruce Wayne"'
        ' class="mention">@Bruce Wayne</span></p></body>',
    ],
)
def test_what_is_allowed_stays_as_it_is(html):
    assert sorted(rich_text.clean(html)) == sorted(html)  # attributes may change their order
    assert ElementTree.canonicalize(rich_text.clean(html)) == ElementTree.canonicalize(html)


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("", "<body></body>"),
        ("plain & simple", "<body>plain &amp; simple</body>"),
        ("<p>a<br>b", "<body><p>a<br />b</p></body>"),
        (
            "<html><head><title>t</title></head><body><p>a</p></body></html>",
            "<body><p>a</p></body>",
        ),
        ("<body><body><p>a</p></body></body>", "<body><p>a</p></body>"),
        ("<p>a</p></body><p>b</p>", "<body><p>a</p><p>b</p></body>"),
        ("a&nbsp;b", "<body>a\xa0b</body>"),
        ("<p><button><p><b>x</b></p>", "<body><p></p><p><b>x</b></p><p></p></body>"),
        (
            "<span style='color:red;position:fixed'>x",
            '<body><span style="color: red">x</span></body>',
        ),
    ],
)
def test_anything_becomes_rich_text(html, cleaned):
    assert rich_text.clean(html) == cleaned


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<div>one</div><div>two</div>", "one<br />two<br />"),
        ("text<div>own line</div>more", "text<br />own line<br />more"),
        ("<div><p>a</p></div><p>b</p>", "<p>a</p><p>b</p>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a<br />b<br />"),
    ],
)
def test_lines_of_elements_that_go_stay_lines(html, cleaned):
    assert rich_text.clean(html) == f"<body>{cleaned}</body>"


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<p>x</p>", "<img src=x>"])
@pytest.mark.parametrize("read", [rich_text.clean, rich_text.to_text, rich_text.mentions])
def test_more_elements_than_can_be_read_at_once_are_refused(tag, read):
    with pytest.raises(ValueError, match="more than 10000 elements"):
        read('<span data-id="user_x">' + tag * 10_001)


def test_what_was_cleaned_can_always_be_read():
    html = rich_text.clean("<p>x</p>" * 9_000)

    assert rich_text.clean(html) == html
    assert rich_text.to_text(html).count("x") == 9_000


def test_a_plain_text_of_many_lines_can_be_read():
    text = "x\n" * 50_000 + "x"

    html = rich_text.from_text(text)

    assert rich_text.clean(html) == html
    assert rich_text.to_text(html) == text
    assert rich_text.mentions(html) == []


def test_the_documented_note_has_the_documented_plain_text():
    html = (
        "<body><p>Welcome to Close!</p><p>Get started by:</p><ol><li>Import your leads! Use our "
        '"Bulk CSV Upload" tool by clicking your name in the top right. Add leads manually by '
        'clicking "New Lead" in the lower left.</li><li>Invite your co-workers!</li><li>Setup '
        "two-way syncing of your emails by going to Settings -> Email Settings.</li></ol></body>"
    )

    text = rich_text.to_text(html)

    assert text == (
        "Welcome to Close!\n\nGet started by:\n\n 1. Import your leads! Use our "
        '"Bulk CSV Upload" tool by clicking your name in the top right. Add leads manually by '
        'clicking "New Lead" in the lower left.\n 2. Invite your co-workers!\n 3. Setup '
        "two-way syncing of your emails by going to Settings -> Email Settings."
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<body></body>", ""),
        ("<body><p></p></body>", ""),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<p>a<br />b</p>", "a\nb"),
        ("<p>a<br /></p><p>b</p>", "a\n\nb"),
        ("<p> a \n\t b&nbsp; <b> c </b> d </p>", "a b c d"),
        ("<p>Fish &amp; chips &lt;3</p>", "Fish & chips <3"),
        ("<p>see <a href='https://ok.example'>the page</a></p>", "see the page"),
        ("<p>a<img src='https://ok.example/' alt=' picture'></p>", "a picture"),
        ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", " - a\n - b"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul><p>c</p>", " - a\n - b\n\nc"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", " 1. a\n    - b\n 2. c"),
        ("<ol><li></li><li>b</li></ol>c", " 1.\n 2. b\n\nc"),
        ("<li>alone</li>", " - alone"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<p>Hi <span data-type='mention' data-id='user_1'>@Bruce</span>!</p>", "Hi @Bruce!"),
        ("<script>x</script><!-- y --><p>a</p>", "a"),
        ("not <even closed", "not"),
    ],
)
def test_rich_text_reads_as_plain_text(html, text):
    assert rich_text.to_text(html) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", "<body><p></p></body>"),
        ("this is a test note.", "<body><p>this is a test note.</p></body>"),
        ("a\nb\r\nc\n", "<body><p>a<br />b<br />c<br /></p></body>"),
        ('<b> & "quotes"', '<body><p>&lt;b&gt; &amp; "quotes"</p></body>'),
        ("a\0b\x0b", "<body><p>ab</p></body>"),
    ],
)
def test_plain_text_becomes_rich_text(text, html):
    assert rich_text.from_text(text) == html
    assert rich_text.clean(html) == html


@pytest.mark.parametrize(
    "text", ["", "one", "one\ntwo", "one\n\ntwo", "a < b && c > d", "'\"&amp;"]
)
def test_plain_text_comes_back_from_rich_text(text):
    assert rich_text.to_text(rich_text.from_text(text)) == text


def test_mentions_are_told_once_in_order():
    html = (
        "<p><span data-type='mention' data-id='user_b'>@B</span>"
        "<span data-type='mention' data-id='group_a' class='mention'>@A</span>"
        "<span data-type='mention' data-id='user_b'>@B</span>"
        "<span data-type='mention' data-id='lead_c'>@C</span><span data-id='user_d'>@D</span></p>"
    )

    assert rich_text.mentions(html) == ["user_b", "group_a"]


@pytest.mark.parametrize(
    "text", ["", "no mention", "<b data-type='mention' data-id='user_x'>x</b>"]
)
def test_nothing_else_is_a_mention(text):
    assert rich_text.mentions(text) == []
