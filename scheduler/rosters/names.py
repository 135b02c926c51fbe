"""Who is meant by what stands in a person cell: 张三(代李四), 李四→张三, A:张三 B:李四 …

Source: domain.md §4.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scheduler.rosters.spelling import NOBODY, fold, fold_name


@dataclass(frozen=True, slots=True)
class Written:
    """One person as written.

    Attributes:
        grade: A, B, C … where the cell says so, else empty.
        instead_of: Whom they stand in for (代、替), else empty.
    """

    name: str
    grade: str = ""
    instead_of: str = ""


def written_people(text: str) -> list[Written]:
    """Everybody whom a person cell puts at the window, in the order written.

    `张三(代李四)`, `张三替李四` and `李四→张三` all put 张三 there and not 李四.
    """
    plain = fold(text)
    if plain in NOBODY:
        return []
    graded = _graded(plain)
    if graded:
        return graded
    found = []
    for part in re.split(r"[、,/;;\n]+|\s+(?=[A-Za-z]岗?[::])", plain):
        one = _one(part.strip())
        if one is not None and one.name not in NOBODY:
            found.append(one)
    return found


def _graded(plain: str) -> list[Written]:
    """`A:张三 B:李四`, `A岗张三,B岗李四`, `张三(A)、李四(B)`."""
    marks = list(re.finditer(r"(?:^|(?<=[\s、,/;]))([A-Z])(?:岗[::]?|[::])\s*", plain))
    found = []
    for mark, after in zip(marks, [*marks[1:], None], strict=False):
        stop = after.start() if after else len(plain)
        for part in re.split(r"[、,/;]+", plain[mark.end() : stop]):
            one = _one(part.strip())
            if one is not None and one.name not in NOBODY:
                found.append(Written(one.name, mark.group(1), one.instead_of))
    return found


def _one(part: str) -> Written | None:
    if not part:
        return None
    arrow = re.fullmatch(r"(.+?)\s*(?:→|->|=>|➔|⇒)\s*(.+)", part)
    if arrow:
        return Written(fold_name(arrow.group(2)), "", fold_name(arrow.group(1)))
    bracket = re.fullmatch(r"(.+?)\s*[((]\s*(?:代|替|顶)\s*(.+?)\s*[))]", part)
    if bracket:
        return Written(fold_name(bracket.group(1)), "", fold_name(bracket.group(2)))
    stands = re.fullmatch(r"(\S{2,4}?)\s*(?:代替|顶替|替|代)\s*(\S{2,4})", part)
    if stands:
        return Written(fold_name(stands.group(1)), "", fold_name(stands.group(2)))
    grade = re.fullmatch(r"(.+?)\s*[((]\s*([A-Z])岗?\s*[))]", part)
    if grade:
        return Written(fold_name(grade.group(1)), grade.group(2))
    return Written(fold_name(part))
