"""What the demo tells on the terminal: progress, then a table of steps with their times."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
)
from rich.table import Table


@dataclass(slots=True)
class Step:
    """One step of the road: what it is, how long it took, what came out."""

    title: str
    seconds: float = 0.0
    outcome: str = ""


@dataclass(slots=True)
class Report:
    """Collects the steps and draws them."""

    console: Console = field(default_factory=lambda: Console(highlight=False))
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str, *, total: int | None = None) -> Iterator["Running"]:
        """Time one step and show its progress while it runs."""
        step = Step(title)
        began = time.perf_counter()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield Running(step, progress, progress.add_task(title, total=total))
        step.seconds = time.perf_counter() - began
        self.steps.append(step)
        self.console.print(f"  [green]✓[/] {title}: {step.outcome} ({_seconds(step.seconds)})")

    def summary(self) -> None:
        """Draw the table of all steps with each one's share of the time."""
        whole = sum(step.seconds for step in self.steps) or 1.0
        table = Table(title="Từ sổ điểm đến học bạ đã kiểm tra", title_style="bold")
        table.add_column("Bước")
        table.add_column("Kết quả")
        table.add_column("Thời gian", justify="right")
        table.add_column("Tỉ trọng", justify="right")
        for step in self.steps:
            share = f"{100 * step.seconds / whole:.1f}".replace(".", ",")
            table.add_row(step.title, step.outcome, _seconds(step.seconds), f"{share} %")
        table.add_section()
        table.add_row("Tổng cộng", "", _seconds(whole), "100 %")
        self.console.print()
        self.console.print(table)


@dataclass(slots=True)
class Running:
    """A step under way: move its bar, say its outcome."""

    step: Step
    progress: Progress
    task: TaskID

    def advance(self, count: int = 1) -> None:
        """Move the bar."""
        self.progress.advance(self.task, count)

    def total(self, count: int) -> None:
        """Say how much there is to do, once it is known."""
        self.progress.update(self.task, total=count)

    def done(self, outcome: str) -> None:
        """Say what came out."""
        self.step.outcome = outcome


def _seconds(value: float) -> str:
    return f"{value:.2f} s".replace(".", ",")
