"""Real auctions run once more through the platform: sealed, opened, ranked, watched, exported and verified."""
