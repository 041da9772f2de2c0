"""Moved to ajar.http and ajar.database; this stays until everybody imports from there."""

from ajar.database import encode, pool, prepare, untouched  # noqa: F401
from ajar.http.api import Api, LOST, answer, conflict  # noqa: F401
from ajar.http.request import DEEPEST, LARGE, PREFIX, Call, parse, query_of, text_of, unknown  # noqa: F401
from ajar.http.router import UNKNOWN, Router, elsewhere  # noqa: F401
