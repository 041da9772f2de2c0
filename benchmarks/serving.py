"""Ajar as an ASGI application whose settings come from the environment alone."""

from ajar.app import App
from ajar.config import Settings

settings = Settings.from_environment()
assert settings.database_url
app = App(settings, settings.database_url)
