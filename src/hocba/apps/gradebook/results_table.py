"""The class's results as a table: the same lines for the page, the Excel file and the paper."""

from dataclasses import dataclass

from hocba.adapters.wording.results import BADGES, actions_words, decision_words
from hocba.apps.gradebook.grid import shown
from hocba.apps.gradebook.results import YEAR, ClassResults, StudentResults, level_text
from hocba.apps.roster.values import EnrolledStudent
from hocba.core.assessment.results import Decision


@dataclass(frozen=True, slots=True)
class ResultsLine:
    """One student: subject results as shown, then what the circular concludes."""

    pupil: EnrolledStudent
    outcomes: tuple[str, ...]
    learning: str
    conduct: str
    absences: str
    decision: str
    badge: str
    actions: str
    award: str
    after: str


@dataclass(frozen=True, slots=True)
class ResultsTable:
    """What may be seen of a class in one term or the year."""

    results: ClassResults
    scope: str
    lines: tuple[ResultsLine, ...]

    @property
    def concludes(self) -> bool:
        """Whether promotion and award stand in it: of the whole year, for who sees everything."""
        return self.scope == YEAR and self.results.scope.everything

    @property
    def titles(self) -> tuple[str, ...]:
        """Heads of the columns after number and name."""
        learning, conduct = self.level_titles
        whole = self.results.scope.everything
        return (
            *(one.short for one in self.results.columns),
            *((learning, conduct) if whole else ()),
            *(("Nghỉ (buổi)", "Kết luận", "Khen thưởng") if self.concludes else ()),
        )

    @property
    def level_titles(self) -> tuple[str, str]:
        """Heads of the two levels, in the words of that year's circular."""
        if self.results.legacy:
            return "Học lực", "Hạnh kiểm"
        return "Kết quả học tập", "Kết quả rèn luyện"

    def cells(self, line: ResultsLine) -> tuple[str, ...]:
        """One line's cells under `titles`."""
        conclusion = f"{line.decision}: {line.actions}" if line.actions else line.decision
        return (
            *line.outcomes,
            *((line.learning, line.conduct) if self.results.scope.everything else ()),
            *((line.absences, conclusion, line.award) if self.concludes else ()),
        )


def table_of(results: ClassResults, *, scope: str, order: str) -> ResultsTable:
    """Return the table of a term or the year, by list number or by name."""
    lines = tuple(_line(results, one, scope) for one in results.ordered(order))
    return ResultsTable(results, scope, lines)


def _line(results: ClassResults, one: StudentResults, scope: str) -> ResultsLine:
    judged = one.assessment
    exempt = {each.subject for each in judged.subjects if each.exempt}
    promotion = judged.promotion
    open_summer = promotion.decision is Decision.PENDING
    return ResultsLine(
        pupil=one.pupil,
        outcomes=tuple(
            "Miễn" if column.key in exempt else shown(one.outcome(column.key, scope))
            for column in results.columns
        ),
        learning=level_text(one.learning(scope)),
        conduct=results.conduct_word(one.conduct(scope)),
        absences="" if judged.absences is None else str(judged.absences),
        decision=decision_words(promotion, completes=judged.completes_level),
        badge=BADGES[promotion.decision.value],
        actions=actions_words(promotion, names=results.names) if open_summer else "",
        award=judged.award_title,
        after=level_text(judged.summer.learning.final if judged.summer.learning else None),
    )
