"""Reports: questions about what happened, answered by a few statements over all of it. What can be
measured is declared in `metrics.py`."""
