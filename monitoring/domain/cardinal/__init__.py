"""Eleven red flags of procurement with the meaning that OCDS Cardinal gives them, over compiled releases."""
