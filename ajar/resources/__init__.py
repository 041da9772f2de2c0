"""The product's dictionary: one file per resource, at the path its URL has."""

import importlib
import pkgutil

from ajar.kernel.registry import resources
from ajar.search import words


def load() -> None:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    for resource in resources.values():
        assert resource.about.table is not None
    words.declare_indexes()
