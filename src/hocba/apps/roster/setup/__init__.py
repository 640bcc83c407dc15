"""Set-up of a school year from workbooks: what a file would do, row by row, before it does it.

`values` what a plan is, `states` what may follow what, one module a kind of workbook that compares
the rows with the roster. Nothing here writes; that is `roster.actions.setup`.
"""
