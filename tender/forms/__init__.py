"""Forms of tender: what clerks, reviewers and bidders type; each becomes the arguments of one action."""
