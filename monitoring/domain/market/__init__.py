"""Labelled markets made by chance from a seed: cartels of known schemes among honest tenders of known kinds."""
