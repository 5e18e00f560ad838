"""`evaluate names`: a quiz that tells whether themes' names say what is in them.

A reader who has not seen the labels gets five comments of a theme, drawn at random, and four names: its own, that of
the theme nearest to it, and two others. `quiz.txt` goes to the reader, `key.json` stays behind, `score_quiz` compares.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from cx.scores import share
from data.store.repositories import themes as repository
from nlp.cluster.discover import discover
from nlp.describe.describe import describe_levels
from nlp.describe.words import Token
from nlp.text.canonical import canonical, text_key
from nlp.text.prepare import prepare_texts
from nlp.types import FloatArray
from pipelines.configs import cluster_config, open_embedder, text_config
from pipelines.errors import InputFileError
from pipelines.evaluate.labelled import read_labelled
from pipelines.settings import Settings

QUESTIONS, COMMENTS, CHOICES = 50, 5, 4
# Characters of a comment that are shown.
SHOWN_CHARS = 240
LETTERS = "abcd"
ANSWER = re.compile(r"^\s*(\d+)\s*[:.)=,\s]\s*([a-dA-D])\b", re.MULTILINE)


@dataclass(frozen=True)
class NamedTheme:
    """A theme of a corpus, as the quiz takes it: name, comments (what each says on the theme), (dim,) centre."""

    corpus: str
    name: str
    comments: tuple[str, ...]
    centre: FloatArray


@dataclass(frozen=True)
class Question:
    """Five comments, four names, and which of them is right."""

    corpus: str
    comments: tuple[str, ...]
    names: tuple[str, ...]
    right: int


def evaluate_names(
    path: Path | None,
    *,
    text: str,
    settings: Settings,
    out: Path,
    seed: int,
    questions: int = QUESTIONS,
) -> dict[str, Any]:
    """Write a quiz on the themes of a file, or on those in the store; see the module's head.

    Args:
        path: A file with texts, whose themes are found and named first; without it the themes that are stored.
        text: Column of the texts.
        settings: The embedder, the clusterer, the store.
        out: Folder for `quiz.txt` and `key.json`.
        seed: Of the draw.
        questions: Most themes asked for.

    Raises:
        InputFileError: The file can't be read, or there are too few themes to ask for.
    """
    themes = _stored(settings) if path is None else _found(path, text=text, settings=settings)
    asked = quiz(themes, questions=questions, seed=seed)
    write_quiz(asked, out)
    corpora = sorted({one.corpus for one in themes})
    return {"command": "names", "corpora": corpora, "themes": len(themes), "questions": len(asked), "out": str(out)}


def quiz(themes: Sequence[NamedTheme], *, questions: int = QUESTIONS, seed: int = 0) -> list[Question]:
    """Draw questions, from each corpus about as many, in random order.

    Raises:
        InputFileError: A corpus has fewer themes than a question has names.
    """
    draw = Random(seed)
    corpora: dict[str, list[NamedTheme]] = {}
    for theme in themes:
        corpora.setdefault(theme.corpus, []).append(theme)
    short = [name for name, own in corpora.items() if len(own) < CHOICES]
    if short or not corpora:
        raise InputFileError(f"{', '.join(short) or 'no corpus'} has fewer than {CHOICES} themes: give more comments")
    order = {name: draw.sample(range(len(own)), len(own)) for name, own in corpora.items()}
    turns = [(name, order[name][turn]) for turn in range(max(map(len, order.values()))) for name in order
             if turn < len(order[name])]  # fmt: skip
    asked = [_question(corpora[name], at, draw) for name, at in turns[:questions]]
    draw.shuffle(asked)
    return asked


def write_quiz(asked: Sequence[Question], out: Path) -> None:
    """Write `quiz.txt` for the reader and `key.json` for `score_quiz`."""
    lines = ["Which name fits the five comments? Answer one line a question: number, blank, letter (7 c).", ""]
    for number, one in enumerate(asked, start=1):
        lines.append(f"{number}.")
        lines += [f"   - {comment}" for comment in one.comments]
        lines += [f"   {letter}) {name}" for letter, name in zip(LETTERS, one.names, strict=False)]
        lines.append("")
    key = {
        str(number): {"corpus": one.corpus, "names": list(one.names), "right": LETTERS[one.right]}
        for number, one in enumerate(asked, start=1)
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "quiz.txt").write_text("\n".join(lines), encoding="utf-8")
    (out / "key.json").write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def score_quiz(answers: Path, key: Path) -> dict[str, Any]:
    """Compare a reader's answers with the key; a question without an answer is wrong.

    Args:
        answers: Lines such as `7 c`.
        key: The `key.json` of the quiz.

    Raises:
        InputFileError: A file is missing, or holds no answers.
    """
    try:
        told = {number: letter.lower() for number, letter in ANSWER.findall(answers.read_text(encoding="utf-8"))}
        known: Mapping[str, Any] = json.loads(key.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputFileError(f"can't read {answers} or {key} ({error}): give the answers and the key.json") from error
    if not told:
        raise InputFileError(f"{answers} holds no answers: write one line a question, such as 7 c")
    right = {number: told.get(number) == one["right"] for number, one in known.items()}
    corpora = sorted({one["corpus"] for one in known.values()})
    score = share(sum(right.values()), len(known))
    return {
        "questions": len(known),
        "answered": len(told.keys() & known.keys()),
        "right": sum(right.values()),
        "percent": None if score is None else round(score.value, 1),
        "interval": None if score is None else [round(end, 1) for end in (score.low, score.high) if end is not None],
        "by_corpus": {
            name: f"{sum(right[at] for at in own)} of {len(own)}"
            for name in corpora
            if (own := [at for at, one in known.items() if one["corpus"] == name])
        },
        "wrong": {
            number: {"told": _name(one, told.get(number)), "right": _name(one, one["right"])}
            for number, one in known.items()
            if not right[number]
        },
    }


def _name(question: Mapping[str, Any], letter: str | None) -> str | None:
    return None if letter is None else str(question["names"][LETTERS.index(letter)])


def _question(own: Sequence[NamedTheme], at: int, draw: Random) -> Question:
    theme = own[at]
    mean = np.mean([one.centre for one in own], axis=0)
    rows = np.stack([one.centre - mean for one in own])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    near = [int(other) for other in np.argsort(-(rows @ rows[at]), kind="stable") if other != at]
    names = [theme.name, *(own[other].name for other in (near[0], *draw.sample(near[1:], CHOICES - 2)))]
    order = draw.sample(range(CHOICES), CHOICES)
    comments = draw.sample(theme.comments, min(COMMENTS, len(theme.comments)))
    return Question(theme.corpus, tuple(comments), tuple(names[place] for place in order), order.index(0))


def named_themes(
    corpus: str, names: Sequence[str], labels: Sequence[int], groups: Sequence[str], texts: Sequence[str],
    centres: FloatArray,
) -> list[NamedTheme]:  # fmt: skip
    """Return the themes of a corpus with what each comment says on them, passages in their order.

    Args:
        corpus: Its name.
        names: Name of each theme.
        labels: (n,) theme of each passage, -1 = none.
        groups: (n,) comment of each passage.
        texts: (n,) words of each passage.
        centres: (themes, dim) rows.
    """
    said: list[dict[str, list[str]]] = [{} for _ in names]
    for label, group, words in zip(labels, groups, texts, strict=True):
        if label >= 0:
            said[label].setdefault(group, []).append(" ".join(words.split()))
    return [
        NamedTheme(corpus, name, tuple(_cut(" ... ".join(own[group])) for group in sorted(own)), centre)
        for name, own, centre in zip(names, said, centres, strict=True)
    ]


def _cut(words: str) -> str:
    return words if len(words) <= SHOWN_CHARS else words[:SHOWN_CHARS].rsplit(" ", 1)[0] + " ..."


def _found(path: Path, *, text: str, settings: Settings) -> list[NamedTheme]:
    rows = read_labelled(path, text=text)
    prepared = prepare_texts(rows.texts, kinds="survey", config=text_config(settings))
    placed = [(str(row), passage) for row, one in enumerate(prepared) for passage in one.passages]
    groups, texts = [row for row, _ in placed], [passage.text for _, passage in placed]
    wordings = list(dict.fromkeys(canonical(words) for words in texts))
    embedder = open_embedder(settings)
    vectors = dict(zip(wordings, embedder.embed(wordings), strict=True))
    embeddings = np.stack([vectors[canonical(words)] for words in texts])
    keys = [f"{row}/{text_key(words)}" for row, words in zip(groups, texts, strict=True)]
    found = discover(
        embeddings,
        keys,
        groups=groups,
        lengths=[len(words.split()) for words in texts],
        texts=texts,
        config=cluster_config(settings),
        seed=settings.seed,
    )
    told = describe_levels(
        found.labels,
        [[Token(*word) for word in passage.words] for _, passage in placed],
        embeddings,
        centroids=found.centroids,
        keys=keys,
        groups=groups,
        embed=embedder.embed,
        texts=texts,
    )
    names = [one.name for one in told.themes]
    return named_themes(path.stem, names, found.labels.tolist(), groups, texts, found.centroids)


def _stored(settings: Settings) -> list[NamedTheme]:
    """Give the discovered themes that are in the store, fine ones, as a reader of the dashboard sees them."""
    store = settings.store()
    store.require_current()
    with store.read() as session:
        members = sorted(repository.current_members(session).items())
        themes = repository.themes_by_key(session, "discovered")
        texts = repository.texts_of(session, [text for (_, text), _ in members])
    held = {theme for _, theme in members}
    keys = [key for key, theme in themes.items() if key in held and theme.centroid is not None]
    if not keys:
        raise InputFileError("no themes are stored: run sottovoce run first, or give a file")
    number = {key: at for at, key in enumerate(keys)}
    return named_themes(
        "stored",
        [themes[key].name for key in keys],
        [number.get(theme, -1) for _, theme in members],
        [comment for (comment, _), _ in members],
        [texts[text] for (_, text), _ in members],
        np.stack([np.frombuffer(themes[key].centroid or b"", dtype="<f4") for key in keys]),
    )
