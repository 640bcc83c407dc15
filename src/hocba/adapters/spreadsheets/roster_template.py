"""Templates of the set-up workbooks: headings that reading knows, existing data filled in."""

from collections.abc import Mapping, Sequence

from hocba.adapters.spreadsheets.roster_layouts import LAYOUTS, RosterKind
from hocba.adapters.spreadsheets.tables import Advice, Table, Value, write_tables

_FREE_ROWS = 200


def roster_template(
    kind: RosterKind,
    *,
    school_code: str,
    school_name: str,
    school_year: str,
    rows: Sequence[Mapping[str, Value]],
    notes: Sequence[str] = (),
) -> bytes:
    """Return the workbook of one kind with these rows (values by the keys of its layout)."""
    layout = LAYOUTS[kind]
    columns = layout.sheet.columns
    table = Table(
        sheet=layout.sheet.name,
        lines=(
            f"{layout.title.upper()} NĂM HỌC {school_year}",
            school_name,
            f"Mã trường: {school_code}",
            f"Năm học: {school_year}",
        ),
        headings=[column.title for column in columns],
        rows=[[row.get(column.key) for column in columns] for row in rows],
        free_rows=_FREE_ROWS,
    )
    advice = Advice("HuongDan", (layout.title, *layout.advice, *notes))
    return write_tables([table], advice=advice)
