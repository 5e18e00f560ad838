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
)
from data.store.models.base import Base, UtcDateTime
from data.store.models.corrections import CorrectedPassage, OverruledMention
from data.store.models.digests import Digest
from data.store.models.exports import BiRule, ThemeIssue
from data.store.models.forgotten import Forgetting, ForgottenKey
from data.store.models.jobs import Job, RepeatedAnswer, RunProgress, Upload
from data.store.models.loops import LoopAct, OpenedLoop, OutboxMessage
from data.store.models.matches import CommitmentMatch, CommitmentVector
from data.store.models.operations import ApiKey, AuditEntry, Fact, QuarantinedRow, Run, RunStage, SavedMapping
from data.store.models.packs import AccountPack
from data.store.models.parties import Account, Contact, ContactRole, Staff
from data.store.models.persons import Person
from data.store.models.search import Place
from data.store.models.signals import Commitment, Handoff, HealthScore, Opportunity, RevenueEvent, WeeklyUsage
from data.store.models.standing import AccountStanding
from data.store.models.views import SavedView
from data.store.models.voice import Comment, Original, Pseudonym, Response, Survey, Ticket, TicketMessage

__all__ = [
    "Account",
    "AccountPack",
    "AccountStanding",
    "ApiKey",
    "AuditEntry",
    "Base",
    "BiRule",
    "Comment",
    "Commitment",
    "CommitmentMatch",
    "CommitmentVector",
    "Contact",
    "ContactRole",
    "CorrectedPassage",
    "Correction",
    "Digest",
    "Embedding",
    "Fact",
    "Forgetting",
    "ForgottenKey",
    "Handoff",
    "HealthScore",
    "Job",
    "Lineage",
    "LoopAct",
    "Mention",
    "OpenedLoop",
    "Opportunity",
    "Original",
    "OutboxMessage",
    "OverruledMention",
    "Passage",
    "PassageText",
    "Person",
    "Place",
    "Pseudonym",
    "QuarantinedRow",
    "RepeatedAnswer",
    "Response",
    "RevenueEvent",
    "Run",
    "RunProgress",
    "RunStage",
    "SavedMapping",
    "SavedView",
    "Staff",
    "StaleAccount",
    "Survey",
    "Theme",
    "ThemeIssue",
    "Ticket",
    "TicketMessage",
    "Upload",
    "UtcDateTime",
    "WeeklyUsage",
]
