"""Formats of the English pages: the order of day and month stays Vietnamese."""
