"""How often honest made markets are flagged, by p-value and by a rule of thumb, and how much collusion is found.

Prints JSON lines and draws docs/images/power.svg. Twenty honest markets, seeds 7001 to 7020, which took no part in
the making of the null, and two that it does not cover (7021, 7022); then each scheme, one tender in ten collusive,
seeds 7101 to 7107.

    python -m benchmarks.alarms
"""

import sys
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from scipy import stats

from benchmarks.report import emit
from monitoring.domain.market.generator import make
from monitoring.domain.market.setting import Award, Honest, Scheme, Setting
from monitoring.domain.suspicion import assessment
from monitoring.domain.suspicion.training import as_market

SEED = 7000
TENDERS = 20_000
POWER = 10_000
SHARE = 0.1
LEVEL = 0.01
RATIOS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0)
"""Thirteen common ratios of a lower bid to a higher one: equal, one to five per cent off, then round steps."""
NEAR = 0.005
PLOT = Path(__file__).resolve().parents[1] / "docs" / "images" / "power.svg"

INDEPENDENT, COMMON = {Honest.INDEPENDENT: 1.0}, {Honest.COMMON_COSTS: 1.0}
BOTH, JOINT = {**INDEPENDENT, **COMMON}, {Honest.JOINT_VENTURES: 1.0}
FEW = {Honest.FEW_BIDDERS: 1.0}
AVERAGE = Award.AVERAGE


def _market(mix, fewest, most, spread, firms, award=Award.LOWEST):
    return Setting(
        TENDERS, mix=mix, fewest=fewest, most=most, spread=spread, firms=firms, award=award, rings=1
    )


HONEST = (
    _market(INDEPENDENT, 3, 3, 0.03, 15),
    _market(INDEPENDENT, 5, 5, 0.03, 30),
    _market(INDEPENDENT, 3, 8, 0.01, 25),
    _market(INDEPENDENT, 3, 12, 0.08, 60),
    _market(INDEPENDENT, 4, 10, 0.3, 300),
    _market(INDEPENDENT, 8, 25, 0.05, 150),
    _market(INDEPENDENT, 20, 60, 0.15, 500),
    _market(COMMON, 3, 8, 0.05, 40),
    _market(COMMON, 5, 15, 0.2, 100),
    _market(COMMON, 15, 40, 0.1, 400),
    _market(BOTH, 3, 12, 0.1, 80),
    _market(BOTH, 4, 20, 0.3, 500),
    _market(JOINT, 4, 12, 0.08, 120),
    _market(FEW, 3, 4, 0.12, 20),
    _market({**BOTH, **JOINT, **FEW}, 3, 14, 0.06, 100),
    _market(INDEPENDENT, 12, 30, 0.03, 150, AVERAGE),
    _market(INDEPENDENT, 20, 60, 0.08, 500, AVERAGE),
    _market(COMMON, 10, 40, 0.1, 200, AVERAGE),
    _market(BOTH, 5, 20, 0.2, 80, AVERAGE),
    _market(INDEPENDENT, 3, 12, 0.3, 60, AVERAGE),
)

DEPENDENT = (
    _market({Honest.COMMON_ESTIMATORS: 1.0}, 3, 12, 0.08, 60),
    _market({Honest.COMMON_ESTIMATORS: 1.0}, 15, 40, 0.08, 200, AVERAGE),
)
"""Honest markets that the null does not cover: bidders share estimates, so that bids depend on one another."""


def main():
    """Print a line a market and scheme, then how many markets are right, and draw the power."""
    start = time.process_time()
    right = [honest(number, setting) for number, setting in enumerate(HONEST, 1)]
    emit("alarms, markets in 0.8 to 1.2 %", markets=len(right), right=sum(right), measured_on="cpu")
    for number, setting in enumerate(DEPENDENT, len(HONEST) + 1):
        honest(number, setting)
    setting = Setting(POWER, mix=dict(INDEPENDENT), fewest=4, most=12, spread=0.08, firms=300)
    found = {str(scheme): power(at, scheme, setting) for at, scheme in enumerate(Scheme, 1)}
    PLOT.write_text(drawn(found))
    emit("alarms, whole run", cpu_s=time.process_time() - start, measured_on="cpu")
    return 0


def honest(number, setting):
    """Print how often an honest market is flagged; return whether 0.8 to 1.2 % of its tenders have p <= 0.01."""
    market = as_market(list(make(setting, SEED + number)))
    p = assessment.p_values(market)
    known = ~np.isnan(p)
    p = p[known]
    share = float(np.mean(p <= LEVEL))
    emit(
        "alarms, honest market",
        market=number,
        seed=SEED + number,
        kinds="+".join(map(str, setting.mix)),
        award=str(setting.award),
        bids=f"{setting.fewest}-{setting.most}"
        if Honest.FEW_BIDDERS not in setting.mix
        else f"2-{setting.most}",
        spread=setting.spread,
        firms=setting.firms,
        N=len(p),
        p_001=share,
        p_001_se=float(np.sqrt(LEVEL * (1 - LEVEL) / len(p))),
        p_005=float(np.mean(p <= 0.05)),
        p_005_se=float(np.sqrt(0.05 * 0.95 / len(p))),
        KS_p=float(stats.kstest(p, "uniform").pvalue),
        rule_of_thumb=float(thumb(market)[known].mean()),
        measured_on="cpu",
    )
    return bool(0.008 <= share <= 0.012)


def thumb(market):
    """Return by tender whether any two of its bids stand within NEAR of one of RATIOS to each other."""
    order = np.lexsort((market.amount, market.tender))
    tender, amount = market.tender[order], market.amount[order]
    found = np.zeros(market.count, dtype=bool)
    for apart in range(1, int(np.bincount(tender).max())):
        same = tender[apart:] == tender[:-apart]
        ratio = amount[:-apart][same] / amount[apart:][same]
        near = np.zeros(len(ratio), dtype=bool)
        for each in RATIOS:
            near |= np.abs(ratio - each) <= NEAR
        found[tender[apart:][same][near]] = True
    return found


def power(number, scheme, setting):
    """Print and return the shares of a scheme's tenders that are found at 1 % false alarms."""
    if scheme is Scheme.MEAN:
        setting = replace(setting, fewest=20, most=50, award=AVERAGE)
    setting = replace(setting, mix={Honest.INDEPENDENT: 1 - SHARE, scheme: SHARE})
    tenders = list(make(setting, SEED + 100 + number))
    guilty = np.array([tender.collusive for tender in tenders])
    market = as_market(tenders)
    found = assessment.assess(market)
    rule = thumb(market)
    cut = float(np.quantile(found.suspicion[~guilty], 1 - LEVEL))
    shares = {
        "p_value": float(np.mean(found.p[guilty] <= LEVEL)),
        "suspicion": float(np.mean(found.suspicion[guilty] > cut)),
    }
    emit(
        "alarms, power",
        scheme=str(scheme),
        seed=SEED + 100 + number,
        N=len(guilty),
        collusive=int(guilty.sum()),
        **{f"power_{name}": share for name, share in shares.items()},
        p_honest_beside=float(np.mean(found.p[~guilty] <= LEVEL)),
        AUC_p=_area(-found.p, guilty),
        AUC_suspicion=_area(found.suspicion, guilty),
        rule_of_thumb=float(rule[guilty].mean()),
        rule_of_thumb_honest=float(rule[~guilty].mean()),
        measured_on="cpu",
    )
    return shares


def _area(value, guilty):
    ranks = stats.rankdata(value)[guilty]
    positive, negative = len(ranks), int((~guilty).sum())
    return float((ranks.sum() - positive * (positive + 1) / 2) / (positive * negative))


COLOURS = {"p_value": "#1f4e79", "suspicion": "#e08214"}
WORDS = {
    "p_value": "p-value at most 0.01",
    "suspicion": "suspicion, at a cut that 1 % of honest tenders pass",
}
LEFT, TOP, WIDE, ROW, BAR = 120, 84, 560, 46, 16


def drawn(found):
    """Return the bar chart of power by scheme as SVG text, equal for equal figures."""
    bottom = TOP + ROW * len(found)
    size = {"width": str(LEFT + WIDE + 60), "height": str(bottom + 56)}
    picture = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size['width']} {size['height']}",
        **size,
        **{"font-family": "sans-serif", "font-size": "13", "fill": "#222222", "role": "img"},
    )
    title = "Collusive tenders found at 1 % false alarms, by scheme (made markets, one in ten collusive)"
    ET.SubElement(picture, "title").text = title
    ET.SubElement(picture, "rect", width="100%", height="100%", fill="#ffffff")
    _text(picture, 16, 26, title, **{"font-weight": "bold"})
    for at, name in enumerate(COLOURS):
        x = LEFT + at * 190
        ET.SubElement(picture, "rect", x=str(x), y="46", width="12", height="12", fill=COLOURS[name])
        _text(picture, x + 18, 57, WORDS[name])
    for percent in range(0, 101, 20):
        x = LEFT + WIDE * percent // 100
        ET.SubElement(
            picture, "line", x1=str(x), x2=str(x), y1=str(TOP - 6), y2=str(bottom), stroke="#cccccc"
        )
        _text(picture, x, bottom + 18, f"{percent} %", **{"text-anchor": "middle"})
    _text(
        picture,
        LEFT + WIDE // 2,
        bottom + 42,
        "share of collusive tenders found",
        **{"text-anchor": "middle"},
    )
    _text(picture, 16, TOP - 10, "scheme")
    for at, (scheme, shares) in enumerate(found.items()):
        top = TOP + at * ROW + 6
        _text(picture, LEFT - 10, top + BAR + 4, scheme, **{"text-anchor": "end"})
        for bar, (name, share) in enumerate(shares.items()):
            y, width = top + bar * BAR, round(WIDE * share, 1)
            ET.SubElement(
                picture,
                "rect",
                x=str(LEFT),
                y=str(y),
                width=str(width),
                height=str(BAR - 2),
                fill=COLOURS[name],
            )
            _text(picture, LEFT + width + 6, y + BAR - 4, f"{share:.0%}".replace("%", " %"))
    ET.indent(picture)
    return ET.tostring(picture, encoding="unicode") + "\n"


def _text(picture, x, y, words, **extra):
    ET.SubElement(picture, "text", x=str(x), y=str(y), **extra).text = words


if __name__ == "__main__":
    sys.exit(main())
