"""The comparison of `gate.py`: `python3 tests/benchmark/gate.py --self-test`."""

from __future__ import annotations

import unittest

from gate import as_markdown, as_text, compare, remarks

LIMITS = {"walk": 1_000_000, "check-memory": 20_000}


def changed(percent: float) -> dict[str, int]:
    """The limits as figures, of which one has changed."""
    return {**LIMITS, "walk": round(LIMITS["walk"] * (1 + percent / 100))}


class Comparison(unittest.TestCase):
    """What fails, and what is said of it."""

    def failing(self, measured: dict[str, int]) -> list[str]:
        """The figures that fail."""
        return [row.name for row in compare(LIMITS, measured) if row.fails]

    def test_a_planted_regression_of_5_percent_fails(self) -> None:
        rows = compare(LIMITS, changed(5))
        self.assertEqual(self.failing(changed(5)), ["walk"])
        self.assertIn("walk is 5.00 % above its limit", remarks(rows)[0])
        self.assertIn("+5.00 %  <- too high", as_text(rows))
        self.assertIn("| walk | 1,000,000 | 1,050,000 | +5.00 % :x: |", as_markdown(rows))

    def test_a_change_of_up_to_3_percent_passes(self) -> None:
        for percent in (-3, 0, 0.5, 3):
            self.assertEqual(self.failing(changed(percent)), [])
            self.assertEqual(remarks(compare(LIMITS, changed(percent))), [])
        self.assertEqual(self.failing(changed(3.001)), ["walk"])

    def test_memory_is_judged_as_well(self) -> None:
        self.assertEqual(self.failing({**LIMITS, "check-memory": 21_000}), ["check-memory"])
        self.assertIn("21,000 KiB", as_text(compare(LIMITS, {**LIMITS, "check-memory": 21_000})))

    def test_an_improvement_passes_and_is_to_be_recorded(self) -> None:
        rows = compare(LIMITS, changed(-4))
        self.assertEqual(self.failing(changed(-4)), [])
        self.assertIn("--record", remarks(rows)[0])
        self.assertIn(":arrow_down:", as_markdown(rows))

    def test_a_figure_without_a_limit_fails(self) -> None:
        self.assertEqual(self.failing({**LIMITS, "parse": 1}), ["parse"])

    def test_a_limit_without_a_figure_fails(self) -> None:
        self.assertEqual(self.failing({"walk": 1_000_000}), ["check-memory"])


if __name__ == "__main__":
    unittest.main()
