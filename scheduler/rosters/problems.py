"""What is wrong with a roster file, said so that its writer can mend it (E101–E125).

Source: domain.md §4.4. E blocks the import, W is shown and lets it pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.domain.errors import RosterError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, with its place (`file:line column`, or `file [sheet] cell`)."""

    code: str
    where: str
    zh: str
    en: str

    @property
    def blocking(self) -> bool:
        """Whether nothing may be imported before it is mended."""
        return self.code.startswith("E")

    def __str__(self) -> str:
        return f"{self.where}: {self.code}: {self.zh} / {self.en}"


class RosterProblems(RosterError):
    """A roster file was refused; `problems` holds everything found, warnings too."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = next((one for one in self.problems if one.blocking), self.problems[0])
        super().__init__(first.zh, first.en, where=first.where, code=first.code)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Notebook:
    """Collects problems while a file is read, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._noted: set[Problem] = set()

    def note(self, code: str, where: str, zh: str, en: str) -> None:
        """Write one down, each only once."""
        problem = Problem(code, where, zh, en)
        if problem not in self._noted:
            self._noted.add(problem)
            self.problems.append(problem)

    @property
    def blocked(self) -> bool:
        """Whether anything found blocks the import."""
        return any(problem.blocking for problem in self.problems)

    def stop_if_blocked(self) -> None:
        """Refuse the file where anything blocks it.

        Raises:
            RosterProblems: Something does.
        """
        if self.blocked:
            raise RosterProblems(self.problems)
