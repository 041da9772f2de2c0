"""Files that hang off notes, opportunities and messages."""

from ajar.kernel import Int, Items, Text


class FileUrl(Text):
    """Of a file that was uploaded here, or came along with an import."""

    def clean(self, value, answer=None):
        value = super().clean(value)
        path = "/" + value.partition("://")[2].partition("/")[2] if "://" in value else value
        if not path.startswith("/go/file/") or ".." in path:
            raise ValueError("The url must begin with the address of an uploaded file.")
        return value


class Attachments(Items):
    """References to uploaded files."""

    def __init__(self, **options):
        fields = {
            "url": FileUrl(required=True),
            "filename": Text(required=True, most=255),
            "content_type": Text(required=True, most=255),
            "size": Int(least=0),
        }
        super().__init__(fields, **options)
