"""The rows of monitoring: what was found of opened lots, the work that is owed for it, and the regulator's cases."""

from monitoring.models.cases import (
    Case,
    CaseAct,
    CaseAlert,
    CaseConference,
    CaseEvidence,
    CasePackage,
    CaseQuestion,
    CaseReply,
)
from monitoring.models.screening import (
    Alert,
    Comparison,
    DossierFile,
    IndicationRow,
    Job,
    ScreenRun,
)
from monitoring.models.suspicion import Lesson, LessonAct, Market, Suspicion

__all__ = [
    "Alert",
    "Case",
    "CaseAct",
    "CaseAlert",
    "CaseConference",
    "CaseEvidence",
    "CasePackage",
    "CaseQuestion",
    "CaseReply",
    "Comparison",
    "DossierFile",
    "IndicationRow",
    "Job",
    "Lesson",
    "LessonAct",
    "Market",
    "ScreenRun",
    "Suspicion",
]
