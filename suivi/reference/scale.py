"""Days on a horizontal line: uneven, so that the first fortnight can be read as well as the first year.

A day is a cell and not a point: a bar of days 0 to 2 covers three cells, a mark stands in the middle of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TWO_YEARS = 731
_DAYS_OF_A_YEAR = 365
_TICKS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 42, 60, 90, 120, 180, 270, 365)


@dataclass(frozen=True)
class Stretch:
    """Days `first` up to but not including `end`, evenly spread over `left` to `right`."""

    name: str
    first: int
    end: int
    left: float
    right: float

    def x(self, day: float) -> float:
        return self.left + (day - self.first) / (self.end - self.first) * (self.right - self.left)


@dataclass(frozen=True)
class Scale:
    """Made by `of`. Days beyond either end are drawn at that end."""

    stretches: tuple[Stretch, ...]

    @classmethod
    def of(cls, days: Sequence[int], left: float, right: float) -> "Scale":
        """Wide enough for `days`, and for day 0 to the end of the second year in any case."""
        first, last = min((0, *days)), max((TWO_YEARS, *days))
        parts = [("first two weeks", 0, 15, 0.36), ("to 3 months", 15, 91, 0.24), ("to 1 year", 91, 366, 0.26)]
        parts.append((f"to {_years(last)} years", 366, _years(last) * _DAYS_OF_A_YEAR + 1, 0.14))
        if first < 0:
            parts.insert(0, ("before", first, 0, 0.1))
        total = sum(share for *_, share in parts)
        stretches: list[Stretch] = []
        for name, begins, end, share in parts:
            at = stretches[-1].right if stretches else left
            stretches.append(Stretch(name, begins, end, at, at + share / total * (right - left)))
        return cls(tuple(stretches))

    @property
    def left(self) -> float:
        return self.stretches[0].left

    @property
    def right(self) -> float:
        return self.stretches[-1].right

    def begins(self, day: int) -> float:
        """Where the cell of the day begins."""
        return self._x(day)

    def ends(self, day: int) -> float:
        return self._x(day + 1)

    def middle(self, day: int) -> float:
        return self._x(day + 0.5)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Where a line goes, and the number of its day; years are written as such."""
        if self.stretches[0].first < 0:
            yield self.middle(self.stretches[0].first), str(self.stretches[0].first).replace("-", "−")
        yield from ((self.middle(day), str(day)) for day in _TICKS)
        years = (self.stretches[-1].end - 1) // _DAYS_OF_A_YEAR
        yield from ((self.middle(year * _DAYS_OF_A_YEAR), f"{year} y") for year in range(2, years + 1))

    def _x(self, day: float) -> float:
        kept = min(max(day, self.stretches[0].first), self.stretches[-1].end)
        return next(stretch for stretch in self.stretches if kept <= stretch.end).x(kept)


def _years(days: int) -> int:
    return -(-(days - 1) // _DAYS_OF_A_YEAR)
