"""Runs the kit as `python -m bidding.kit`."""

from bidding.kit.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
