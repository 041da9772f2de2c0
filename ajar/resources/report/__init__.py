"""Reports: what is asked, and the answer. How it is counted is in `ajar/reports/`."""
