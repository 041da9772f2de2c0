"""Multipart forms as clients of S3 send them: fields, and then the file, read as it comes."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from ajar.errors import ApiError

FILE = "file"
MOST = 20_000  # bytes of all fields
CUT = "The form ended before its file did."


class Form:
    """First its `fields`, then the pieces of its `file`. What comes later is ignored."""

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]):
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise ApiError("Please send a form of the type multipart/form-data.")
        self.chunks = chunks
        self.seen: list[tuple[str, bytes]] = []
        self.header, self.headers = [b"", b""], {}
        try:
            self.parser = MultipartParser(options[b"boundary"], self.callbacks())
        except FormParserError as error:
            raise ApiError(f"The form cannot be read: {error}") from None
        self.events = self.read()

    async def fields(self) -> dict[str, str]:
        fields: dict[str, bytes] = {}
        name = ""
        async for kind, data in self.events:
            if kind == "part":
                name = data.decode(errors="replace")
                if name == FILE:
                    return {key: value.decode(errors="replace") for key, value in fields.items()}
            fields[name] = fields.get(name, b"") + (data if kind == "data" else b"")
            if sum(map(len, (*fields, *fields.values()))) > MOST:
                raise ApiError(f"The fields of the form are larger than {MOST} bytes.")
        raise ApiError(f'The form has no part "{FILE}".')

    async def file(self) -> AsyncIterator[bytes]:
        async for kind, data in self.events:
            if kind != "data":
                return
            yield data
        raise ApiError(CUT)

    async def read(self) -> AsyncIterator[tuple[str, bytes]]:
        async for chunk in self.chunks:
            for event in self.parsed(chunk):
                yield event

    def parsed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        try:
            self.parser.write(chunk)
        except FormParserError as error:
            raise ApiError(f"The form cannot be read: {error}") from None
        seen, self.seen = self.seen, []
        yield from seen

    def callbacks(self) -> Any:
        def add(index: int) -> Any:
            def added(data: bytes, start: int, end: int) -> None:
                self.header[index] += data[start:end]

            return added

        def finished() -> None:
            self.headers[self.header[0].lower()] = self.header[1]
            self.header = [b"", b""]

        def begun() -> None:
            _, options = parse_options_header(self.headers.get(b"content-disposition"))
            self.seen.append(("part", options.get(b"name", b"")))
            self.headers = {}

        return {
            "on_header_field": add(0),
            "on_header_value": add(1),
            "on_header_end": finished,
            "on_headers_finished": begun,
            "on_part_data": lambda data, start, end: self.seen.append(("data", data[start:end])),
            "on_part_end": lambda: self.seen.append(("end", b"")),
        }
