"""The runs of sequences: what each does next, and when; what ends it.

A run is a `sequence_subscription`. Where it stands is a row of `progress`, which nobody sees: to
go on is no change of the run, and no event.
"""

from ajar.sequencing.advancing import wake
from ajar.sequencing.ending import become, begin, called, heard_from, moved, rearrange, settle
from ajar.sequencing.progress import left

__all__ = [
    "become",
    "begin",
    "called",
    "heard_from",
    "left",
    "moved",
    "rearrange",
    "settle",
    "wake",
]
