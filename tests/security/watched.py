"""A real browser in which nothing may happen: what runs, loads or leads away is noted."""

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BLANK = "http://blank.test/"  # where there is a page, and nothing on it
RAN = "something ran"
# In every frame: what the corpus calls says so, instead of holding everything up.
TELL = f"""
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = () => console.debug("{RAN}");
"""
# Each piece into a place of its own, as a page does it that shows what it got from the API.
INSERT = """
pieces => {
  document.body.innerHTML = "";
  for (const piece of pieces)
    document.body.appendChild(document.createElement("section")).innerHTML = piece;
}
"""
# All that a visitor could do to it, and more. Links to elsewhere are not followed, and forms of the
# server are not sent: they may be there.
POKE = """
() => {
  const harmless = event => {
    const link = event.target.closest?.("a[href], area[href]");
    if (link && !/^(javascript|data|vbscript):/.test(link.protocol)) event.preventDefault();
  };
  addEventListener("click", harmless, true);
  const ours = event => {
    if (location.host !== "blank.test" && event.target.action.startsWith(location.origin + "/"))
      event.preventDefault();
  };
  addEventListener("submit", ours, true);
  const names = new Set();
  for (const one of [HTMLElement, SVGElement, HTMLBodyElement, Document])
    for (const name in one.prototype) if (name.startsWith("on")) names.add(name.slice(2));
  names.delete("click");
  for (const element of document.querySelectorAll("body, body *")) {
    for (const { name } of element.attributes)
      if (names.has(name.slice(2))) element.dispatchEvent(new Event(name.slice(2)));
    if (element.matches("a, area, button, input, svg *, math *, [onclick]"))
      element.dispatchEvent(new MouseEvent("click", { cancelable: true }));
  }
}
"""
FILL = """
said => { for (const [name, value] of Object.entries(said)) {
  const field = document.querySelector(`[name="${name}"]`);
  field.type = "text";
  field.value = value;
} }
"""
# Twice round the loop in which a picture that is not there has failed, and said so.
SETTLE = "() => new Promise(done => setTimeout(done, 50))"


@dataclass
class Watched:
    """A page; `happened` has what it should not have done."""

    page: Any
    here: str = BLANK  # the only address that answers
    happened: list[str] = field(default_factory=list)
    wanted: bool = False  # it is the test that leaves the page

    def __post_init__(self):
        self.page.on("console", lambda said: said.text == RAN and self.happened.append(RAN))
        self.page.on("dialog", self.dismiss)
        self.page.on("popup", lambda page: self.happened.append(f"opened {page.url}"))
        self.page.on("download", lambda file: self.happened.append(f"downloaded {file.url}"))
        self.page.route(re.compile(""), self.answer)

    def dismiss(self, dialog):
        self.happened.append(RAN)
        dialog.dismiss()

    def answer(self, route):
        request = route.request
        if request.url == BLANK:
            return route.fulfill(body="<!doctype html><body>", content_type="text/html")
        moves = request.is_navigation_request()
        if request.url.startswith(self.here) and (not moves or self.wanted):
            self.wanted = False
            return route.continue_()
        if request.resource_type != "image":  # a mail may show pictures
            self.happened.append(f"{request.resource_type} {request.url}")
        return route.fulfill(status=204) if moves else route.abort()  # with 204 the page stays

    def insert(self, pieces: list[str]) -> list[str]:
        """Put these into a page that has no policy; what came of it."""
        self.page.goto(BLANK)
        self.page.evaluate(INSERT, pieces)
        return self.poked()

    def parse(self, html: str) -> list[str]:
        """The same, where it is the page itself: a script runs that is only there."""
        self.page.goto(BLANK)
        self.page.set_content(f"<!doctype html><body>{html}", wait_until="commit")
        return self.poked()

    def open(self, path: str) -> list[str]:
        """Go to an address of the server."""
        self.wanted = True
        self.page.goto(self.here + path)
        return self.poked()

    def send(self, **said: str) -> list[str]:
        """Fill in the form that is there, whatever its fields expect, and send it."""
        self.page.evaluate(FILL, said)
        self.wanted = True
        with self.page.expect_navigation():
            self.page.evaluate("document.querySelector('form').submit()")
        return self.poked()

    def poked(self) -> list[str]:
        try:
            self.page.evaluate(SETTLE)
            self.page.evaluate(POKE)
            self.page.evaluate(SETTLE)
        except Error as error:  # it was on its way elsewhere
            self.happened.append(str(error))
        happened, self.happened[:] = list(self.happened), []
        return happened


@contextmanager
def chromium():
    """Call it for a page: one that heeds no policy, or one as people have it."""
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, NAMES)), None)  # None: the one of playwright
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)

        def page(here: str = BLANK, policies: bool = False) -> Watched:
            context = browser.new_context(bypass_csp=not policies)
            context.add_init_script(script=TELL)
            return Watched(context.new_page(), here)

        yield page
        browser.close()
