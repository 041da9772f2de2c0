"""Files that hang off notes, opportunities and messages."""

from ajar.errors import Invalid
from ajar.kernel import Int, Items, Text

FILES = "/go/file/"
IMPORTED = "https://app.close.com"
REASON = "The url must begin with the address of an uploaded file."


class FileUrl(Text):
    """Of a file that was uploaded here, or came along with an import."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        path = "/" + value.partition("://")[2].partition("/")[2] if "://" in value else value
        if not path.startswith(FILES) or ".." in path:
            raise ValueError(REASON)
        return value


class Attachments(Items):
    """References to uploaded files."""

    def __init__(self, **options):
        fields = {
            "url": FileUrl(required=True),
            "filename": Text(required=True, most=255),
            "content_type": Text(most=255),
            "size": Int(least=0),
        }
        super().__init__(fields, **options)

    def items(self, value):
        return [item | {"thumbnail_url": thumbnail(item)} for item in super().items(value)]

    def stamp(self, ctx, old, new):
        """Refuse the files of anyone else."""
        if new[self.name] == old.get(self.name):
            return
        ours = tuple(origin + FILES for origin in ("", ctx.origin, IMPORTED))
        wrong = {
            str(index): Invalid(fields={"url": REASON}).body
            for index, item in enumerate(new[self.name])
            if not item["url"].startswith(ours)
        }
        if wrong:
            raise Invalid(fields={self.name: {"errors": wrong}})


def thumbnail(file: dict) -> str | None:
    """Pictures have a small form, at an address that follows from theirs."""
    picture = (file["content_type"] or "").startswith("image/")
    return file["url"].rstrip("/") + "/thumbnail/" if picture else None
