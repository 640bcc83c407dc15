"""Reading a school's workbooks: bytes in, values and findings out; nothing is raised or repaired.

`source_file` looks at the container, `sandbox` parses it in a bounded child process, `columns`
finds cells by the words of `layout`, `students`, `assignments`, `subject_sheet` and `homeroom` read
the sheets, `check` compares them with each other and with the circular.
"""

from hocba.adapters.spreadsheets.read import read_class_workbook
from hocba.adapters.spreadsheets.values import ClassWorkbook, WorkbookReading

__all__ = ["ClassWorkbook", "WorkbookReading", "read_class_workbook"]
