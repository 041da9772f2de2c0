"""Files that hang off notes, opportunities and messages."""

import re

from ajar.errors import Invalid
from ajar.formats.picture import TYPES
from ajar.kernel import Int, Items, Text
from ajar.kernel.sql import TEXTS
from ajar.resources.file import ID, PATH, usable, uses_files

IMPORTED = "https://app.close.com"
REASON = "The url must begin with the address of an uploaded file."
UNKNOWN = "There is no such file, or it was not uploaded in time."
OURS = re.compile(rf"{PATH}({ID})(/[^/?#]*)?/?")


class FileUrl(Text):
    """Of a file that was uploaded here, or came along with an import."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        if not path_of(value).startswith(PATH) or ".." in path_of(value).split("/"):
            raise ValueError(REASON)
        return value


class Attachments(Items):
    """References to uploaded files. Of these the server knows type and size itself."""

    asked_type = TEXTS

    def __init__(self, **options):
        fields = {
            "url": FileUrl(required=True),
            "filename": Text(required=True, most=255),
            "content_type": Text(most=255),
            "size": Int(least=0),
        }
        super().__init__(fields, **options)

    def __set_name__(self, owner, name):
        """Whatever has attachments also keeps their files."""
        super().__set_name__(owner, name)
        owner.uses_files = uses_files

    def asked(self, value):
        items = value if isinstance(value, list) else []
        urls = [item.get("url") for item in items if isinstance(item, dict)]
        return [id for url in urls if isinstance(url, str) and (id := id_of(url))] or None

    def question(self, asked):
        return usable(asked)

    def clean(self, value, answer=None):
        known = answer if isinstance(answer, dict) else {}
        items = super().clean(value)
        unknown = [
            number
            for number, item in enumerate(items)
            if not item["url"].startswith(IMPORTED) and id_of(item["url"]) not in known
        ]
        if unknown:
            raise wrong(self.name, unknown, UNKNOWN)
        items = [item | (known.get(id_of(item["url"])) or {}) for item in items]
        return [item | {"thumbnail_url": thumbnail(item)} for item in items]

    def stamp(self, ctx, old, new):
        """Refuse the files of any other server."""
        if new[self.name] == old.get(self.name):
            return
        ours = tuple(origin + PATH for origin in ("", ctx.origin, IMPORTED))
        elsewhere = [
            number for number, item in enumerate(new[self.name]) if not item["url"].startswith(ours)
        ]
        if elsewhere:
            raise wrong(self.name, elsewhere, REASON)


def path_of(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2] if "://" in url else url


def id_of(url: str) -> str | None:
    found = OURS.fullmatch(path_of(url))
    return found[1] if found else None


def wrong(name: str, numbers: list[int], reason: str) -> Invalid:
    errors = {str(number): Invalid(fields={"url": reason}).body for number in numbers}
    return Invalid(fields={name: {"errors": errors}})


def thumbnail(file: dict) -> str | None:
    """Pictures have a small form, at an address that follows from theirs."""
    picture = file["content_type"] in TYPES
    return file["url"].rstrip("/") + "/thumbnail/" if picture else None
