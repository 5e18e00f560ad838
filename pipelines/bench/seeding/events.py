"""Who says something when in a seeded store, in which source and stage, and with which score: drawn all at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.bench.seeding.parties import NOW, ROLE_OFFSETS, START, Parties, SurveyFacts

SOURCES = ("nps", "csat", "ces", "ticket", "in_app", "review_note")
SOURCE_SHARES = (0.44, 0.20, 0.08, 0.16, 0.09, 0.03)
# Sources with a survey; answers without a comment come on top, so many for each with one.
SURVEYED = (0, 1, 2)
SILENT = 0.6
ANONYMOUS = 0.02
ONBOARDING_DAYS, CLOSING_DAYS = 250, 45
# Middle and step (one standard deviation of mood) of the scores of each survey type.
LEVELS = {"nps": (7.3, 1.9), "csat": (3.8, 0.9), "ces": (4.8, 1.2)}
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Events:
    """Answers, messages and notes in order of time; arrays of one length.

    Attributes:
        account, contact: Rows of the parties; contact -1 where the survey is anonymous.
        role: Number of the role.
        source: Number of the source.
        survey: Row of the survey, -1 without.
        at_s: Seconds since START.
        score: NaN without one.
        band: -1, 0, 1; -2 without a score.
        silent: Answers without words.
    """

    account: NDArray[np.int64]
    contact: NDArray[np.int64]
    role: NDArray[np.int64]
    source: NDArray[np.int64]
    survey: NDArray[np.int64]
    at_s: NDArray[np.int64]
    score: NDArray[np.float64]
    band: NDArray[np.int64]
    silent: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.account)


def draw_events(parties: Parties, surveys: Sequence[SurveyFacts], *, comments: int, seed: int) -> Events:
    """Draw so many comments, and the answers without one between them."""
    rng = np.random.default_rng([seed, 5])
    silent_share = SILENT * sum(SOURCE_SHARES[at] for at in SURVEYED)
    count = round(comments * (1 + silent_share))
    silent = np.zeros(count, dtype=bool)
    silent[rng.choice(count, count - comments, replace=False)] = True
    source = rng.choice(len(SOURCES), count, p=SOURCE_SHARES)
    asked = np.array(SOURCE_SHARES[: len(SURVEYED)])
    source[silent] = rng.choice(len(SURVEYED), int(silent.sum()), p=asked / asked.sum())
    account = rng.choice(len(parties.account_ids), count, p=parties.weight)
    contact = parties.first_contact[account] + np.floor(rng.random(count) * parties.contacts[account]).astype(int)
    days = parties.started[account] + rng.random(count) * (parties.ended[account] - parties.started[account])
    at_s = np.minimum((days * SECONDS_A_DAY).astype(np.int64), int((NOW - START).total_seconds()))
    order = np.argsort(at_s, kind="stable")
    account, contact, source = account[order], contact[order], source[order]
    silent, at_s, days = silent[order], at_s[order], days[order]
    role = parties.contact_roles[contact]
    survey = _surveys(surveys, source, days, days - parties.signed[account], rng)
    anonymous = np.array([one.anonymous for one in surveys])[survey] & (survey >= 0)
    score, band = _scores(parties, surveys, account, role, survey, days, rng)
    return Events(account, np.where(anonymous, -1, contact), role, source, survey, at_s, score, band, silent)


def _surveys(
    surveys: Sequence[SurveyFacts],
    source: NDArray[np.int64],
    days: NDArray[np.float64],
    since_signed: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    row = {one.survey_id: at for at, one in enumerate(surveys)}
    survey = np.full(len(source), -1)
    # The quarterly survey in whose quarter the day lies: 91.3 days each, from the first of the year of START.
    before = (START - START.replace(month=1, day=1, hour=0)).days
    quarter = np.minimum(((days + before) / 91.4).astype(int), row["nps-postclose"] - 1)
    nps, csat, ces = (source == at for at in SURVEYED)
    survey[nps] = np.where(since_signed < CLOSING_DAYS, row["nps-postclose"], quarter)[nps]
    asked = rng.choice(
        [row["csat-kickoff"], row["csat-ticket"], row["csat-inapp"], row["pulse"]],
        len(source),
        p=(0.06, 0.6, 0.34 - ANONYMOUS / SOURCE_SHARES[1], ANONYMOUS / SOURCE_SHARES[1]),
    )
    survey[csat] = asked[csat]
    survey[ces] = np.where(since_signed < ONBOARDING_DAYS, row["ces-onboarding"], row["ces-renewal"])[ces]
    return survey


def _scores(
    parties: Parties,
    surveys: Sequence[SurveyFacts],
    account: NDArray[np.int64],
    role: NDArray[np.int64],
    survey: NDArray[np.int64],
    days: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Scores go with the account, its drift over the years, and the role."""
    drift = parties.mood[1, account] * days / parties.span_days
    mood = parties.mood[0, account] + drift + np.array(ROLE_OFFSETS)[role] + rng.normal(0, 0.8, len(account))
    score, band = np.full(len(account), np.nan), np.full(len(account), -2)
    for at, one in enumerate(surveys):
        rows = survey == at
        middle, step = LEVELS[one.scale.type]
        given = np.clip(np.round(middle + step * mood[rows]), one.scale.low, one.scale.high).astype(int)
        score[rows] = given
        band[rows] = np.array(one.bands())[given - int(one.scale.low)]
    return score, band
