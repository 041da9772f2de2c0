"""The vocabulary of declarations; a resource imports from here and nothing below."""

from ajar.kernel import events, ops, query, render
from ajar.kernel.custom import Custom
from ajar.kernel.fields import (
    EXACT,
    IN,
    RANGE,
    Bool,
    Choice,
    Derived,
    Field,
    Int,
    Items,
    List,
    Text,
    Url,
)
from ajar.kernel.operations import operation
from ajar.kernel.relations import FIRST, Children, CreatedBy, Lookup, Ref, UpdatedBy, computed
from ajar.kernel.resource import Resource, Signed, Tracked, alongside
from ajar.kernel.times import CreatedAt, Date, DateTime, UpdatedAt
