"""How a bid becomes a number and a rank: formulas by regime, members' means, totals, ties."""
