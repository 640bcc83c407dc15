"""Figures as Vietnamese readers write them."""

from django import template

register = template.Library()


@register.filter
def comma(value: str) -> str:
    """7.3 → 7,3; words stay as they are."""
    return value.replace(".", ",")
