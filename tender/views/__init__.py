"""Pages of tender: the desk of the side that procures, objections, and what custodians must do."""
