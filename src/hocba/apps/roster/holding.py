"""Holding a school: many writers at once, or one who changes what they may write.

Who writes marks holds the school with others; who locks, closes or opens holds it alone, and so
comes wholly before or wholly after each of them. Both end with the transaction.
"""

from uuid import UUID

from django.db import connection

from hocba.apps.roster.models import Unit


def hold_school(*, school_id: UUID, alone: bool) -> None:
    """Hold the school until the transaction ends; wait for those whose hold excludes this one.

    On SQLite every writing transaction excludes the others already (BEGIN IMMEDIATE).
    """
    if alone:
        list(Unit.objects.select_for_update(no_key=True).filter(pk=school_id).values_list("pk"))
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # Django's `select_for_update` knows no FOR SHARE
            cursor.execute("SELECT 1 FROM roster_unit WHERE id = %s FOR SHARE", [school_id])
