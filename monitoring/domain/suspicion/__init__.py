"""Statistical suspicion: how much a tender looks like a ring's, and how often an honest one would look so."""
