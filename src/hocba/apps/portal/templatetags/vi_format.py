"""Figures, days and times as Vietnamese readers write them."""

from datetime import date, datetime

from django import template
from django.utils.timezone import localtime

register = template.Library()


@register.filter
def comma(value: str) -> str:
    """7.3 → 7,3; words stay as they are."""
    return value.replace(".", ",")


@register.filter
def day(value: date | None) -> str:
    """A day, or the day of an instant here: 31/05/2025; nothing for None.

    A verdict tells some fifty of them, and Django's own filter costs more than a signature.
    """
    if isinstance(value, datetime):
        value = localtime(value).date()
    return "" if value is None else f"{value.day:02}/{value.month:02}/{value.year:04}"


@register.filter
def minute(value: datetime | None) -> str:
    """An instant here, to the minute: 31/05/2025 21:04; nothing for None."""
    if value is None:
        return ""
    here = localtime(value)
    return f"{day(here.date())} {here.hour:02}:{here.minute:02}"
