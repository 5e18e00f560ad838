"""Every table, so that the metadata is whole wherever one of them is imported."""

from data.store.models.analysis import (
    Correction,
    Embedding,
    Lineage,
    Mention,
    Passage,
    PassageText,
    StaleAccount,
    Theme,
    ThemeCell,
)
from data.store.models.base import Base, UtcDateTime
from data.store.models.loops import LoopAct, OpenedLoop, OutboxMessage
from data.store.models.operations import ApiKey, AuditEntry, Fact, QuarantinedRow, Run, RunStage, SavedMapping
from data.store.models.parties import Account, Contact, ContactRole, Staff
from data.store.models.signals import Commitment, Handoff, HealthScore, Opportunity, RevenueEvent, WeeklyUsage
from data.store.models.voice import Comment, Original, Pseudonym, Response, Survey, Ticket, TicketMessage

__all__ = [
    "Account",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Comment",
    "Commitment",
    "Contact",
    "ContactRole",
    "Correction",
    "Embedding",
    "Fact",
    "Handoff",
    "HealthScore",
    "Lineage",
    "LoopAct",
    "Mention",
    "OpenedLoop",
    "Opportunity",
    "Original",
    "OutboxMessage",
    "Passage",
    "PassageText",
    "Pseudonym",
    "QuarantinedRow",
    "Response",
    "RevenueEvent",
    "Run",
    "RunStage",
    "SavedMapping",
    "Staff",
    "StaleAccount",
    "Survey",
    "Theme",
    "ThemeCell",
    "Ticket",
    "TicketMessage",
    "UtcDateTime",
    "WeeklyUsage",
]
