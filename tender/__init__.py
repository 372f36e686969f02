"""Projects and lots: the dated rules of the law, documents, notices, objections, award and contract."""
