"""The rows of a seeded store's answers: responses, tickets, comments, passages, vectors and mentions, in blocks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cx.journey import stage_of_source
from data.store.models import (
    Comment,
    Embedding,
    Mention,
    Passage,
    PassageText,
    Response,
    Ticket,
    TicketMessage,
)
from data.store.repositories.embeddings import pack
from data.store.repositories.loading import Loader, Same
from nlp.text.canonical import text_key
from pipelines.bench.seeding.events import SOURCES, Events
from pipelines.bench.seeding.parties import HASH, ROLES, START, Parties, SurveyFacts
from pipelines.bench.seeding.themes import Discovered
from pipelines.bench.seeding.words import WAYS, Words, varied_vectors, vary

# Events of one block: some tens of MB of rows at a time.
BLOCK = 20_000
# Passages of a comment. Single ones are said in the plain words, and so repeat; the others do not.
PASSAGES = (1, 2, 3, 4)
PASSAGE_SHARES = (0.4, 0.35, 0.17, 0.08)
# Of the passages of longer comments, this share is written anew each time; the first always is.
VARIED = 0.4
EMPTY, FOREIGN = 0.03, 0.03
FOREIGN_TEXTS = (
    ("de", "Die Liste der Monteure fehlt noch immer, wir warten seit drei Wochen darauf."),
    ("fr", "Les interventions clôturées n'apparaissent toujours pas en comptabilité."),
    ("es", "El informe mensual llega siempre dos días tarde."),
)
# Chance that a passage complains, praises or neither, by score band; the last without a score.
POLARITY_BY_BAND = {-1: (0.78, 0.12, 0.10), 0: (0.45, 0.40, 0.15), 1: (0.15, 0.75, 0.10), -2: (0.60, 0.20, 0.20)}
# Themes are unlike in size: the k-th largest has 1 / k^0.7 of the largest.
THEME_FALL = 0.7
# An account has its own subjects, of which it speaks in this share of its passages.
FAVOURITES, FAVOURED = 3, 0.45
FEATURES = "job form,calendar,route map,stock list,export,mobile app,portal,invoice".split(",")
SENTIMENT = {"negative": -0.55, "positive": 0.6, "neutral": 0.0}
UNASSIGNED = "unassigned: far_from_theme"


@dataclass(frozen=True)
class Marks:
    """What the stages write beside a comment that they are done with: its account's mark, and the tagger's key."""

    prepared_with: Mapping[str, str]
    tagged_with: str


@dataclass
class Voice:
    """Makes and writes the blocks, and counts on from one to the next."""

    parties: Parties
    surveys: Sequence[SurveyFacts]
    words: Words
    themes: Discovered
    marks: Marks
    rng: np.random.Generator
    comments: int = 0
    passages: int = 0
    mentions: int = 0
    responses: int = 0
    known: set[int] = field(default_factory=set)
    last_ticket: dict[int, str] = field(default_factory=dict)

    def put(self, loader: Loader, events: Events) -> Iterator[int]:
        """Write everything, block by block; gives the events of each."""
        self._put_texts(loader, self.words.keys, self.words.texts, self.words.vectors)
        for first in range(0, len(events), BLOCK):
            block = _Block(self, events, range(first, min(first + BLOCK, len(events))))
            block.put(loader)
            yield len(block.rows)

    def _put_texts(
        self, loader: Loader, keys: Sequence[str], texts: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Write the words and vectors that are new; equal keys are equal words."""
        fresh = [at for at, key in enumerate(keys) if self._is_new(key)]
        if not fresh:
            return
        own = [keys[at] for at in fresh]
        loader.put(PassageText, {"text_key": own, "text": [texts[at] for at in fresh]})
        packed = [pack(vectors[at]) for at in fresh]
        loader.put(Embedding, {"text_key": own, "model_key": Same(self.words.model_key), "vector": packed})

    def _is_new(self, key: str) -> bool:
        short = int(key[:15], 16)
        if short in self.known:
            return False
        self.known.add(short)
        return True

    def favourites(self) -> NDArray[np.int64]:
        """Give each account's own subjects, shape (accounts, FAVOURITES); always the same ones."""
        rng = np.random.default_rng(len(self.parties.account_ids))
        return rng.integers(0, len(self.words.themes), (len(self.parties.account_ids), FAVOURITES))


@dataclass(frozen=True)
class _Said:
    """The passages of a block's comments: which comment (its place in the block), which plain passage, which way."""

    comment: NDArray[np.int64]
    plain: NDArray[np.int64]
    way: NDArray[np.int64]
    sentiment: NDArray[np.float64]


class _Block:
    """Some events, and their rows."""

    def __init__(self, voice: Voice, events: Events, rows: range) -> None:
        self.voice, self.rows = voice, rows
        self.of = slice(rows.start, rows.stop)
        self.account = events.account[self.of].tolist()
        self.contact = events.contact[self.of].tolist()
        self.role = [ROLES[one] for one in events.role[self.of].tolist()]
        self.source = [SOURCES[one] for one in events.source[self.of].tolist()]
        self.survey = events.survey[self.of].tolist()
        self.band = events.band[self.of]
        self.silent = events.silent[self.of]
        self.at = [START + timedelta(seconds=one) for one in events.at_s[self.of].tolist()]
        self.score = [None if one != one else one for one in events.score[self.of].tolist()]
        self.spoken = np.flatnonzero(~self.silent).tolist()
        self.stage = [self._stage(at) for at in range(len(rows))]
        self.origin = [self._origin(at) for at in range(len(rows))]

    def put(self, loader: Loader) -> None:
        """Write all rows of the block."""
        agents = self._put_tickets(loader)
        self._put_responses(loader, agents)
        said = self._draw()
        self._put_comments(loader, said)
        self.voice.comments += len(self.spoken)

    def _stage(self, at: int) -> str:
        survey = self.survey[at]
        return self.voice.surveys[survey].stage if survey >= 0 else stage_of_source(self.source[at]) or "usage"

    def _origin(self, at: int) -> str:
        letter = "R" if self.survey[at] >= 0 else {"ticket": "T", "in_app": "I", "review_note": "N"}[self.source[at]]
        return f"{letter}{self.rows.start + at + 1:07d}" + ("-M1" if letter == "T" else "")

    def _kind(self, at: int) -> str:
        return (
            "response" if self.survey[at] >= 0 else "ticket_message" if self.source[at] == "ticket" else self.source[at]
        )

    def _ticket(self, at: int) -> str | None:
        return self.origin[at].removesuffix("-M1") if self.source[at] == "ticket" else None

    def _given(self, at: int) -> dict[str, Any]:
        return {"account": True} if self.survey[at] < 0 else {"account": True, "role": self.role[at]}

    def _ids(self, places: Sequence[int]) -> dict[str, list[Any]]:
        parties = self.voice.parties
        return {
            "account_id": [parties.account_ids[self.account[at]] for at in places],
            "contact_id": [None if self.contact[at] < 0 else parties.contact_ids[self.contact[at]] for at in places],
        }

    def _put_tickets(self, loader: Loader) -> dict[int, tuple[str, str]]:
        """Write a ticket for every customer's message; returns ticket and agent of the answers that are about one."""
        agents = self.voice.parties.agents
        places = [at for at in self.spoken if self.source[at] == "ticket"]
        about: dict[int, tuple[str, str]] = {}
        for at in range(len(self.rows)):
            if self.source[at] == "ticket" and not self.silent[at]:
                self.voice.last_ticket[self.account[at]] = self.origin[at].removesuffix("-M1")
            elif self.survey[at] >= 0 and self.voice.surveys[self.survey[at]].survey_id == "csat-ticket":
                ticket = self.voice.last_ticket.get(self.account[at])
                if ticket:
                    about[at] = ticket, agents[int(ticket[1:]) % len(agents)]
        if not places:
            return about
        tickets = [self.origin[at].removesuffix("-M1") for at in places]
        opened = [self.at[at] for at in places]
        loader.put(
            Ticket,
            {
                "ticket_id": tickets,
                **self._ids(places),
                "agent_id": [agents[int(one[1:]) % len(agents)] for one in tickets],
                "status": Same("solved"),
                "priority": ["high" if at % 7 == 0 else "normal" for at in places],
                "opened_at": opened,
                "solved_at": [one + timedelta(hours=5 + at % 90) for at, one in zip(places, opened, strict=True)],
                "given": Same({"account": True}),
                "origin": [f"tickets.jsonl#{one}" for one in tickets],
                "row_hash": Same(HASH),
                "imported_at": opened,
            },
        )
        loader.put(
            TicketMessage,
            {
                "message_id": [self.origin[at] for at in places],
                "ticket_id": tickets,
                "author_side": Same("customer"),
                "author_id": self._ids(places)["contact_id"],
                "public": Same(True),
                "sent_at": opened,
                "body_hash": Same(HASH),
            },
        )
        return about

    def _put_responses(self, loader: Loader, about: dict[int, tuple[str, str]]) -> None:
        places = [at for at in range(len(self.rows)) if self.survey[at] >= 0]
        if not places:
            return
        loader.put(
            Response,
            {
                "response_id": [self.origin[at] for at in places],
                "survey_id": [self.voice.surveys[self.survey[at]].survey_id for at in places],
                **self._ids(places),
                "ticket_id": [about[at][0] if at in about else None for at in places],
                "agent_id": [about[at][1] if at in about else None for at in places],
                "responded_at": [self.at[at] for at in places],
                "score": [self.score[at] for at in places],
                "role": [self.role[at] for at in places],
                "stage": [self.stage[at] for at in places],
                "stage_derived": Same(False),
                "given": [self._given(at) for at in places],
                "origin": [f"responses.csv#{self.origin[at]}" for at in places],
                "row_hash": Same(HASH),
                "imported_at": [self.at[at] for at in places],
            },
        )
        self.voice.responses += len(places)

    def _draw(self) -> _Said:
        """Draw what each comment says: how many passages, on which themes, how meant."""
        rng, words = self.voice.rng, self.voice.words
        counts = rng.choice(PASSAGES, len(self.spoken), p=PASSAGE_SHARES)
        comment = np.repeat(np.arange(len(self.spoken)), counts)
        first = np.concatenate([[True], comment[1:] != comment[:-1]]) if len(comment) else np.zeros(0, dtype=bool)
        places = np.array(self.spoken, dtype=np.int64)[comment]
        accounts = np.array(self.account, dtype=np.int64)[places]
        shares = 1.0 / np.arange(1, len(words.themes) + 1) ** THEME_FALL
        theme = rng.choice(len(words.themes), len(comment), p=shares / shares.sum())
        own = self.voice.favourites()[accounts, rng.integers(0, FAVOURITES, len(comment))]
        theme = np.where(rng.random(len(comment)) < FAVOURED, own, theme)
        chances = np.array([POLARITY_BY_BAND[band] for band in (-2, -1, 0, 1)]).cumsum(axis=1)
        polarity = (rng.random(len(comment))[:, None] > chances[self.band[places] + 2][:, :2]).sum(axis=1)
        plain = np.empty(len(comment), dtype=np.int64)
        pick = rng.random(len(comment))
        for key, bucket in words.buckets.items():
            rows = (theme == key[0]) & (polarity == key[1])
            plain[rows] = bucket[(pick[rows] * len(bucket)).astype(int)]
        varied = (counts[comment] > 1) & (first | (rng.random(len(comment)) < VARIED))
        way = np.where(varied, rng.integers(0, WAYS, len(comment)), -1)
        meant = np.array([SENTIMENT[self.voice.words.tags[row][0][1]] for row in plain.tolist()])
        sentiment = np.clip(meant + rng.normal(0, 0.15, len(comment)), -1, 1).round(4)
        return _Said(comment, plain, way, sentiment)

    def _put_comments(self, loader: Loader, said: _Said) -> None:
        if not self.spoken:
            return
        words, rng = self.voice.words, self.voice.rng
        says_nothing = rng.random(len(self.spoken))
        texts: list[list[str]] = [[] for _ in self.spoken]
        keys: list[str] = []
        for place, plain, way in zip(said.comment.tolist(), said.plain.tolist(), said.way.tolist(), strict=True):
            text = words.texts[plain] if way < 0 else vary(words.texts[plain], way)
            texts[place].append(text)
            keys.append(words.keys[plain] if way < 0 else text_key(text))
        heard = says_nothing > EMPTY + FOREIGN
        whole: list[str] = []
        language: list[str] = []
        reason: list[str | None] = []
        for place, chance in enumerate(says_nothing.tolist()):
            if chance < EMPTY:
                whole.append(words.empty[place % len(words.empty)])
                language.append("en")
                reason.append("filler")
            elif chance < EMPTY + FOREIGN:
                code, text = FOREIGN_TEXTS[place % len(FOREIGN_TEXTS)]
                whole.append(text)
                language.append(code)
                reason.append(None)
            else:
                whole.append(" ".join(texts[place]))
                language.append("en")
                reason.append(None)
        mean = np.bincount(said.comment, said.sentiment) / np.bincount(said.comment)
        self._put_comment_rows(loader, whole, language, reason, heard, mean.round(4).tolist())
        self._put_passages(loader, said, texts, keys, heard)

    def _put_passages(
        self,
        loader: Loader,
        said: _Said,
        texts: Sequence[Sequence[str]],
        keys: Sequence[str],
        heard: NDArray[np.bool_],
    ) -> None:
        """Write passages, new vectors and mentions of the comments that are heard."""
        words, themes, rng = self.voice.words, self.voice.themes, self.voice.rng
        kept = np.flatnonzero(heard[said.comment])
        comment, plain = said.comment[kept], said.plain[kept]
        varied = kept[said.way[kept] >= 0]
        spoken = [text for passages in texts for text in passages]
        self.voice._put_texts(
            loader,
            [keys[at] for at in varied.tolist()],
            [spoken[at] for at in varied.tolist()],
            varied_vectors(words.vectors[said.plain[varied]], rng),
        )
        starts, position = self._offsets(said, texts)
        polarity = [words.tags[row][0][1] for row in plain.tolist()]
        assigned = themes.of_passage[plain]
        ids = range(self.voice.passages + 1, self.voice.passages + len(kept) + 1)
        loader.put(
            Passage,
            {
                "id": ids,
                "comment_pk": (comment + self.voice.comments + 1).tolist(),
                "position": [position[at] for at in kept.tolist()],
                "start": [starts[at] for at in kept.tolist()],
                "end": [starts[at] + len(spoken[at]) for at in kept.tolist()],
                "text_key": [keys[at] for at in kept.tolist()],
                "sentiment": said.sentiment[kept].tolist(),
                "theme_state": ["assigned" if one >= 0 else UNASSIGNED for one in assigned.tolist()],
            },
        )
        self._put_mentions(loader, ids, comment.tolist(), plain.tolist(), assigned.tolist(), polarity)
        self.voice.passages += len(kept)

    @staticmethod
    def _offsets(said: _Said, texts: Sequence[Sequence[str]]) -> tuple[list[int], list[int]]:
        """Where each passage starts in its comment, and the how manieth it is."""
        starts: list[int] = []
        positions: list[int] = []
        for passages in texts:
            at = 0
            for position, text in enumerate(passages):
                starts.append(at)
                positions.append(position)
                at += len(text) + 1
        return starts, positions

    def _put_mentions(
        self,
        loader: Loader,
        ids: range,
        comment: Sequence[int],
        plain: Sequence[int],
        assigned: Sequence[int],
        polarity: Sequence[str],
    ) -> None:
        words, themes, parties = self.voice.words, self.voice.themes, self.voice.parties
        rows: list[tuple[int, int, str, str, str]] = []
        for passage, at, row, theme, meant in zip(ids, comment, plain, assigned, polarity, strict=True):
            rows += [(passage, at, key, "taxonomy", how) for key, how in words.tags[row]]
            if theme >= 0:
                rows.append((passage, at, themes.keys[theme], "discovered", meant))
        if not rows:
            return
        places = [self.spoken[at] for _, at, *_ in rows]
        first = self.voice.mentions + 1
        loader.put(
            Mention,
            {
                "id": range(first, first + len(rows)),
                "passage_id": [row[0] for row in rows],
                "comment_pk": [row[1] + self.voice.comments + 1 for row in rows],
                "theme_key": [row[2] for row in rows],
                "kind": [row[3] for row in rows],
                "polarity": [row[4] for row in rows],
                "confidence": self.voice.rng.uniform(0.55, 0.99, len(rows)).round(4).tolist(),
                "said_by": Same("model"),
                "account_id": [parties.account_ids[self.account[at]] for at in places],
                "said_at": [self.at[at] for at in places],
            },
        )
        self.voice.mentions += len(rows)

    def _put_comment_rows(
        self,
        loader: Loader,
        whole: Sequence[str],
        language: Sequence[str],
        reason: Sequence[str | None],
        heard: NDArray[np.bool_],
        sentiment: Sequence[float],
    ) -> None:
        places, voice = self.spoken, self.voice
        kinds = [self._kind(at) for at in places]
        ids = [f"{kind}:{self.origin[at]}" for kind, at in zip(kinds, places, strict=True)]
        who = self._ids(places)
        hashes = [hashlib.sha256(text.encode()).hexdigest() for text in whole]
        surveyed = [at if self.survey[at] >= 0 else None for at in places]
        noted = [self.source[at] == "review_note" for at in places]
        loader.put(
            Comment,
            {
                "id": range(voice.comments + 1, voice.comments + len(places) + 1),
                "comment_id": ids,
                "kind": kinds,
                "origin_id": [self.origin[at] for at in places],
                "source": [self.source[at] for at in places],
                "vendor_voice": noted,
                **who,
                "respondent_key": [contact or own for contact, own in zip(who["contact_id"], ids, strict=True)],
                "anonymous": [self.contact[at] < 0 for at in places],
                "survey_id": [None if at is None else voice.surveys[self.survey[at]].survey_id for at in surveyed],
                "response_id": [None if at is None else self.origin[at] for at in surveyed],
                "ticket_id": [self._ticket(at) for at in places],
                "feature": [FEATURES[at % len(FEATURES)] if self.source[at] == "in_app" else None for at in places],
                "role": [self.role[at] for at in places],
                "stage": [self.stage[at] for at in places],
                "stage_derived": Same(False),
                "said_at": [self.at[at] for at in places],
                "month": [_month(self.at[at]) for at in places],
                "score": [self.score[at] for at in places],
                "score_band": [None if self.band[at] < -1 else int(self.band[at]) for at in places],
                "given": [self._given(at) for at in places],
                "author_id": ["S001" if one else None for one in noted],
                "meeting": ["QBR" if one else None for one in noted],
                "origin": [f"seed#{self.origin[at]}" for at in places],
                "original_hash": hashes,
                "text": whole,
                "language": language,
                "language_confidence": Same(0.99),
                "redactions": Same({}),
                "empty_reason": reason,
                "analysed": heard.tolist(),
                "content_key": hashes,
                "sentiment": [value if ok else None for value, ok in zip(sentiment, heard.tolist(), strict=True)],
                "prepared_with": [voice.marks.prepared_with[account] for account in who["account_id"]],
                "tagged_with": [voice.marks.tagged_with if ok else None for ok in heard.tolist()],
            },
        )


def _month(at: datetime) -> str:
    return f"{at.year}-{at.month:02d}"
