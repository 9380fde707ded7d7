"""The fault campaign: what breaks in practice is broken on purpose, and what became of every alert is counted.

`python -m tests.faults [--short] [--row NAME]…`; `tests/faults/table.py` is the list of rows.
"""
