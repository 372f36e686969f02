"""What opened bid documents share, as pure functions over what was read from them."""
