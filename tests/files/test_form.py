"""Forms, in whatever pieces they come."""

import asyncio

import pytest

from ajar.files.form import Form

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nfile_1\r\n'
    b'--b\r\ncontent-disposition: form-data; name="empty"\r\n\r\n\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="x\xc3\xa9.bin"\r\n'
    b"Content-Type: text/plain\r\n\r\n%s\r\n"
    b'--b\r\ncontent-disposition: form-data; name="late"\r\n\r\nignored\r\n--b--\r\n'
)
CONTENT = b"one\r\n--two\r\n--bb--\r\n\r\n-\r--b"


async def read(form):
    return await form.fields(), b"".join([piece async for piece in form.file()])


async def pieces(data, size):
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
def test_a_form_reads_the_same_in_any_pieces(size):
    data = FORM % CONTENT
    form = Form("multipart/form-data; boundary=b", pieces(data, size))
    assert asyncio.run(read(form)) == ({"key": "file_1", "empty": ""}, CONTENT)


def test_a_file_is_passed_on_before_all_of_it_is_there():
    async def endless():
        yield FORM.partition(b"%s")[0]
        while True:
            yield b"x" * 1000

    async def begin():
        form = Form('multipart/form-data; boundary="b"', endless())
        await form.fields()
        return await anext(form.file())

    assert asyncio.run(begin()).startswith(b"x")
