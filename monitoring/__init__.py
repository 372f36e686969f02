"""Where suspicion is measured and never judged: screens, indications, and the tools that recompute them."""
