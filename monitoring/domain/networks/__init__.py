"""Which firms bid together in a way that honest bidding does not explain: pairs, single firms, groups."""
