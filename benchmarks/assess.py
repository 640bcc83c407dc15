"""How many full student-years does one core judge in a second, with reasons and without?

    .venv/bin/python benchmarks/assess.py [seconds]

The limit is 5,000 a second without explanations (a city's million years in 200 s on one core). The
peer is the same weighted averages alone, in `fractions.Fraction`, on the same records: what an
obvious exact program would spend on the smallest part of the work. Medians of five rounds.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from hocba.core.assessment.assess import assess_year
from hocba.core.assessment.averages import regular_count
from hocba.core.assessment.explain import explain_year
from hocba.core.assessment.marks import (
    AssessmentForm,
    Level,
    Mark,
    RemarkLevel,
    StudentYear,
    SubjectYear,
    Tenths,
    TermMarks,
)
from hocba.core.assessment.regulation import regulation_for
from hocba.core.assessment.subjects import catalogue

LIMIT = 5_000
TT22 = regulation_for(school_level="THCS", grade=9, school_year="2024-2025")


def some_year(dice: random.Random) -> StudentYear:
    """A plausible year: a student has a level, marks scatter around it, some subjects fail."""
    level = dice.gauss(72, 14)

    def mark(form: AssessmentForm) -> Mark:
        if form is AssessmentForm.REMARK:
            return RemarkLevel.NOT_ACHIEVED if dice.random() < 0.005 else RemarkLevel.ACHIEVED
        return Tenths(max(0, min(100, round(dice.gauss(level, 10)))))

    subjects = []
    for one in catalogue("THCS"):
        if one.optional:
            continue
        bare = SubjectYear(one.key, one.form, one.periods_by_grade[9], TermMarks(), TermMarks())
        count = regular_count(subject=bare, regulation=TT22)
        terms = [
            TermMarks(tuple(mark(one.form) for _ in range(count)), mark(one.form), mark(one.form))
            for _ in range(2)
        ]
        subjects.append(replace(bare, first=terms[0], second=terms[1]))
    return StudentYear(
        school_level="THCS",
        grade=9,
        school_year="2024-2025",
        subjects=tuple(subjects),
        conduct_first=Level.GOOD,
        conduct_second=dice.choice(list(Level)),
        absences_excused=dice.randrange(20),
        absences_unexcused=dice.randrange(5),
    )


def only_fractions(year: StudentYear) -> list[Fraction]:
    """The averages alone, exactly and obviously."""
    found = []
    for subject in year.subjects:
        if subject.form is AssessmentForm.REMARK:
            continue
        terms = []
        for marks in (subject.first, subject.second):
            total = sum(int(one or 0) for one in marks.regular)
            total += 2 * int(marks.midterm or 0) + 3 * int(marks.final or 0)
            terms.append(Fraction(total, 10 * (len(marks.regular) + 5)))
        found.append((terms[0] + 2 * terms[1]) / 3)
    return found


def rate(work: Callable[[StudentYear], object], years: list[StudentYear], seconds: float) -> float:
    """Student-years a second, the median of five rounds."""
    rounds = []
    for _ in range(5):
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            for year in years[:200]:
                work(year)
            done += 200
        rounds.append(done / (time.perf_counter() - began))
    return statistics.median(rounds)


def main() -> int:
    """Print the three rates and their ratios."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    dice = random.Random(2025)
    years = [some_year(dice) for _ in range(1_000)]
    plain = rate(lambda year: assess_year(year, regulation=TT22), years, seconds)
    reasons = rate(lambda year: explain_year(year, regulation=TT22), years, seconds)
    peer = rate(only_fractions, years, seconds)
    for name, figure, other, ratio in (
        ("judged", plain, f"limit {LIMIT:,}", plain / LIMIT),
        ("judged and explained", reasons, "judged alone", reasons / plain),
        ("fractions alone", peer, "judged", peer / plain),
    ):
        print(f"{name:<22}{figure:10,.0f} student-years/s  {ratio:6.2f} × {other}")
    return 0 if plain >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
