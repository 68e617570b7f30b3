"""Linear and integer programmes, solved by HiGHS on one thread so that the same programme has the same solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import highspy
import numpy as np

from flows.panels.selection.arrays import Floats

Column = tuple[Sequence[int], Sequence[float]]
"""The rows in which a variable stands, and its coefficients there."""

TOLERANCE = 1e-9
LESS_STRICT = (1e-9, 1e-8, 1e-7)
UNDECIDED = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError)


@dataclass(frozen=True, slots=True)
class Solution:
    """`bound` is never below what can be attained; `duals` belong to rows, `reduced` costs to variables."""

    value: float
    bound: float
    x: Floats
    duals: Floats
    reduced: Floats


class Programme:
    """Maximise costs · x, with every row and every variable between its bounds.

    In whole numbers it may end within a relative `gap` of the best, or with the best found after so many `nodes`.
    """

    def __init__(
        self, row_lower: Floats, row_upper: Floats, *, integer: bool = False, gap: float = 0.0, nodes: int | None = None
    ) -> None:
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "mip_rel_gap": gap,
        }
        if not integer:
            options |= {"primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE}
        if nodes is not None:
            options["mip_max_nodes"] = nodes
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        self._rows = (row_lower, row_upper)
        self._integer = integer

    def begin(
        self, costs: Floats, upper: Floats, columns: Sequence[Column], divisible: Sequence[bool] = ()
    ) -> Programme:
        """Takes the first variables, each from 0 to `upper`; in whole numbers some may be `divisible` nonetheless."""
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(columns), len(self._rows[0])
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_, model.col_lower_, model.col_upper_ = costs, np.zeros(len(columns)), upper
        model.row_lower_, model.row_upper_ = self._rows
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(rows) for rows, _ in columns)]).astype(np.int32)
        model.a_matrix_.index_ = np.array([row for rows, _ in columns for row in rows], dtype=np.int32)
        model.a_matrix_.value_ = np.array([value for _, values in columns for value in values], dtype=np.float64)
        if self._integer:
            whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
            model.integrality_ = [real if real_too else whole for real_too in divisible] or [whole] * len(columns)
        self._highs.passModel(model)
        return self

    def add(self, cost: float, column: Column) -> None:
        """One more variable, from 0 on; the last basis is kept."""
        rows, values = column
        self._highs.addCol(
            cost, 0.0, highspy.kHighsInf, len(rows), np.array(rows, dtype=np.int32), np.array(values, dtype=np.float64)
        )

    def price(self, costs: Floats) -> None:
        self._highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)

    def limit(self, variable: int, upper: float) -> None:
        self._highs.changeColBounds(variable, 0.0, upper)

    def bind(self, row: int, lower: float, variable: int, coefficient: float) -> None:
        """Gives one row a new lower bound, and one variable a new coefficient in it."""
        self._highs.changeRowBounds(row, lower, highspy.kHighsInf)
        self._highs.changeCoeff(row, variable, coefficient)

    def solve(self) -> Solution | None:
        """The best x; None where there is none."""
        status = self._run()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit):
            raise ArithmeticError(f"HiGHS ended with {status}")
        info = self._highs.getInfo()
        found = self._highs.getSolution()
        value = float(info.objective_function_value)
        return Solution(
            value,
            float(info.mip_dual_bound) if self._integer else value,
            np.array(found.col_value),
            np.array(found.row_dual),
            np.array(found.col_dual),
        )

    def _run(self) -> highspy.HighsModelStatus:
        """Runs the solver; where rounding leaves it undecided, from the start, less strictly, and without shortcuts."""
        self._highs.run()
        for tolerance in LESS_STRICT:
            if self._highs.getModelStatus() not in UNDECIDED:
                break
            self._highs.clearSolver()
            self._highs.setOptionValue("primal_feasibility_tolerance", tolerance)
            self._highs.setOptionValue("dual_feasibility_tolerance", tolerance)
            self._highs.run()
            self._highs.setOptionValue("presolve", "off")
        return cast("highspy.HighsModelStatus", self._highs.getModelStatus())
