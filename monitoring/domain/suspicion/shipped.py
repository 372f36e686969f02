"""The shipped model: logit of suspicion = INTERCEPT + sum of weight times sign, a logistic regression.

Printed by `python -m monitoring.training`; do not edit.
Trained on 300 made markets of 150 tenders, seed 11; no real data: 43871 tenders of three bids or more,
19677 of them collusive; SHA-256 of signs and truth
2103b84022b285b3254771f4380e5ff9ad039acd853cf79b7b37042a861d94c9.
"""

INTERCEPT = -0.60067
WEIGHTS = {
    "calm": 0.202588,
    "calm_here": 0.266041,
    "gap": 0.856418,
    "left": 0.112148,
    "peak": 0.252168,
    "dear": 0.40846,
    "regulars": 3.913638,
    "together": 4.608899,
}
