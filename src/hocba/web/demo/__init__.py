"""The demo: a small city whose one class walks the whole road, with keys that have no legal value.

`city` makes units, people and certificates; `road` walks from workbook to verified files; `report`
tells it on the terminal. Every step starts from what is there, so a second run does no harm.
"""
