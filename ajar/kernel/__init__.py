"""The vocabulary of declarations; a resource imports from here and nothing below."""

from ajar.kernel import events, ops, query, render
from ajar.kernel.custom import Custom
from ajar.kernel.fields import (
    EXACT,
    IN,
    RANGE,
    Bool,
    Choice,
    CreatedAt,
    Date,
    DateTime,
    Derived,
    Field,
    Int,
    Items,
    List,
    Text,
    UpdatedAt,
    Url,
)
from ajar.kernel.operations import operation
from ajar.kernel.relations import FIRST, Children, CreatedBy, Lookup, Ref, UpdatedBy, computed
from ajar.kernel.resource import Resource, alongside
from ajar.kernel.tracked import Tracked
