"""The ground that every app stands on: time, evidence, delivery, storage; knows nothing of tendering."""
