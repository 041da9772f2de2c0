"""Writing the files of exports, in jobs.

What an export is about is found and kept (`ajar.search.kept`), then written in parts, each of which
is a job: how far the export is, is committed with it. In the end the parts become one file. Nothing
is ever held but some objects, however large the file. `ajar.resources.export` says what there is to
write.
"""

from ajar.exporting import old, running

__all__ = ["old", "running"]
