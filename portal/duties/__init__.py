"""What each seat must do next: one module for each app's part, gathered by `portal.workbench`."""
