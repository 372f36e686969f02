"""The rules of drawing, judging and scoring as pure functions over values."""
