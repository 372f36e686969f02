"""Prints the constants of the suspicion, places of normal bids and the shipped model, as modules of the domain.

`python -m monitoring.training places` writes places.py into monitoring/domain/suspicion, then
`python -m monitoring.training model` writes shipped.py beside it; equal code gives equal bytes.
"""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from monitoring.domain.suspicion import places, signs, training
from monitoring.domain.suspicion.signs import Floats, Integers

PLACE = Path(places.__file__).parent
NOTE = "Printed by `python -m monitoring.training`; do not edit."


def places_text(found: Mapping[int, tuple[tuple[float, float], ...]]) -> str:
    """Return the module of `signs.simulated_places`."""
    rows = "".join(f"    {n}: {row!r},\n" for n, row in found.items())
    return (
        '"""Where the shapes of independent normal bids lie, simulated by `signs.simulated_places`.\n\n'
        f'{NOTE}\n"""\n\n'
        f"PLACES = {{\n{rows}}}\n"
        '"""Number of bids -> (middle, width) of the logarithm of the spread, of RD (as logarithm), SKEW and KURT."""\n'
    )


def shipped_text(weights: Floats, rows: Floats, truth: Integers) -> str:
    """Return the module of a trained model and of what it was trained on."""
    digest = hashlib.sha256(np.round(rows, 6).tobytes() + truth.tobytes()).hexdigest()
    lines = "".join(
        f'    "{name}": {round(float(each), 6)!r},\n'
        for name, each in zip(signs.SIGNS, weights[1:], strict=True)
    )
    return (
        '"""The shipped model: logit of suspicion = INTERCEPT + sum of weight times sign, a logistic regression.\n\n'
        f"{NOTE}\n"
        f"Trained on {training.MARKETS} made markets of {training.TENDERS} tenders, seed {training.SEED}; "
        f"no real data: {len(truth)} tenders of three bids or more,\n"
        f"{int(truth.sum())} of them collusive; SHA-256 of signs and truth\n"
        f'{digest}.\n"""\n\n'
        f"INTERCEPT = {round(float(weights[0]), 6)!r}\n"
        f"WEIGHTS = {{\n{lines}}}\n"
    )


def main(verb: str) -> int:
    """Write one of both modules; the model is trained with the places that are there. Return the exit code."""
    if verb == "places":
        (PLACE / "places.py").write_text(places_text(signs.simulated_places()))
    elif verb == "model":
        rows, truth = training.examples(training.MARKETS, training.SEED)
        (PLACE / "shipped.py").write_text(shipped_text(training.fit(rows, truth), rows, truth))
    else:
        sys.stderr.write("say which: places, or model, which is trained with the places\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
