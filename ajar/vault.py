"""Secrets that must be read again are kept encrypted; the key is not in the database.

`cryptography`, which takes 9 MB, is loaded when there is something to encrypt.
"""

import base64
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ajar.config import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

FILE = "secret.key"


class Locked(Exception):
    """It was encrypted with another key, or with none of ours."""


class Vault:
    """Encrypts with AJAR_SECRET_KEY, or else with a key made once and kept beside the data."""

    def __init__(self, settings: Settings):
        self.settings = settings

    @property
    def has_key(self) -> bool:
        """Whether there is one, or it would be made for the first thing to encrypt."""
        return bool(self.settings.secret_key) or (self.settings.data / FILE).exists()

    @cached_property
    def fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet

        said = self.settings.secret_key
        return Fernet(derived(said) if said else kept(self.settings.data / FILE))

    def seal(self, secret: str) -> bytes:
        return self.fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        from cryptography.fernet import InvalidToken

        if not self.has_key:  # a new one would open nothing
            raise Locked(f"AJAR_SECRET_KEY is not set, and there is no {self.settings.data / FILE}")
        try:
            return self.fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Locked("AJAR_SECRET_KEY is not the one that this was encrypted with") from None


def derived(text: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ajar.vault").derive(text.encode())
    return base64.urlsafe_b64encode(made)


def kept(path: Path) -> bytes:
    """The key of this directory, made when it is first asked for."""
    if not path.exists():
        from cryptography.fernet import Fernet

        keep(path, Fernet.generate_key())
    return path.read_bytes()


def keep(path: Path, key: bytes) -> None:
    """Of several processes that find no key, one makes it: it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
