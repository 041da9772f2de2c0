"""Doing what bulk actions ask for, in jobs.

First what an action is about is found and kept (`ajar.search.kept`); then it is worked off, a piece
at a time. A piece is one transaction: the changes, their events, and how far the action is. So
wherever a process dies, each object is changed once, and told of once. `ajar.resources.bulk_action`
says what there is to do.
"""

from ajar.bulk import running

__all__ = ["running"]
