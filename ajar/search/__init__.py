"""The query language: JSON is read (`parse.py`) into a tree (`tree.py`) that fits what is declared
(`catalogue.py`), which is written as SQL (`sql.py`), once for each shape."""
