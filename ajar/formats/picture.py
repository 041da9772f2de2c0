"""Small forms of pictures, made of files from anywhere."""

import io
import warnings

# Decoders for more than these are more doors than previews are worth.
TYPES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
SIZE = (320, 320)
MOST_PIXELS = 50_000_000  # 200 MB once unpacked; a small file can claim to be any size
MOST_BYTES = 30_000_000


def thumbnail(data: bytes) -> bytes:
    """A small PNG of a picture, or of the first of several. ValueError if it cannot be read."""
    from PIL import Image  # 2 MB

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow finds odd, it may still show
            return small(data)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError("This is not a picture that can be made small.") from error


def small(data: bytes) -> bytes:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=tuple(TYPES.values())) as picture:
        picture.draft("RGB", SIZE)  # a JPEG is unpacked at a fraction of its size
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("Too large.")
        picture.thumbnail(SIZE)
        upright = ImageOps.exif_transpose(picture)
        written = io.BytesIO()
        upright.convert("RGBA").save(written, "PNG")
    return written.getvalue()
