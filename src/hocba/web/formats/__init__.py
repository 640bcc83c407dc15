"""How dates and figures are written and read: dd/MM/yyyy and the decimal comma.

Django's own Vietnamese formats read 01/08/2025 as the eighth of January.
"""
