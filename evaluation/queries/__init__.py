"""Reads of evaluation; what upper apps take stands here, the committee's own reads in the modules."""

from evaluation.queries.record import (
    DrawRecord,
    Signature,
    candidates_json,
    committee_waiting_for_similarity,
    draw_records,
    members_json,
    report_json,
    scores_json,
    sheet_documents,
    signatures,
    similarity_json,
)

__all__ = [
    "DrawRecord",
    "Signature",
    "candidates_json",
    "committee_waiting_for_similarity",
    "draw_records",
    "members_json",
    "report_json",
    "scores_json",
    "sheet_documents",
    "signatures",
    "similarity_json",
]
