"""Pure rules of tendering: the rulebook, its periods, a lot's life, its document, its award."""
