"""The methods by which a replay ranks prices, as a notice states them."""

from collections.abc import Mapping
from typing import Any

LOWEST, MEAN = "lowest", "mean-benchmark"
METHODS: Mapping[str, dict[str, Any]] = {
    LOWEST: {"formula": "evaluated_price", "parameters": {}, "price_full": "0", "items": []},
    MEAN: {
        "formula": "mean_benchmark",
        "parameters": {"K": "0", "E1": "2", "E2": "1", "drop_above": 5},
        "price_full": "100",
        "items": [],
    },
}
"""Formula of the command line -> the method of the notice."""
FORMULAS = tuple(METHODS)
