"""Scored answers of a slice as arrays: which ones, on which scale, how many points each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from cx.scores import PASSIVE_FROM, PROMOTER_FROM, TOP_BOXES, Scale
from data.store.columns.whole import Mask, Numbers, Whole, narrowed
from data.store.queries.bands import SCORE_BANDS
from data.store.queries.known_surveys import known_scales
from data.store.queries.selection import answer_mask, band_table
from data.store.queries.slices import Slice


@dataclass(frozen=True)
class Answers:
    """Answers with a score: `rows` in the columns, and by answer its scale (place in `scales`), points and band.

    Points: NPS +1, 0, -1; CSAT 1 or 0; CES the score itself. `band`: -1 detractor or flagged, 0 between, 1 promoter or
    satisfied (`cx.scores.score_band`).
    """

    rows: Numbers
    scales: tuple[Scale, ...]
    scale: NDArray[np.int16]
    points: NDArray[np.float64]
    band: NDArray[np.int8]

    def only(self, kept: Mask | Numbers) -> "Answers":
        """Keep some of them, said by a mask or by place."""
        kept = np.flatnonzero(kept) if kept.dtype == bool else kept
        return replace(
            self, rows=self.rows[kept], scale=self.scale[kept], points=self.points[kept], band=self.band[kept]
        )


def scored_answers(
    session: Session,
    whole: Whole,
    filters: Slice,
    *,
    by_account: bool = False,
    by_role: bool = False,
    types: Sequence[str] = (),
) -> Answers:
    """Give the scored answers of a slice; a filter on sources keeps the surveys of those types, and so do `types`."""
    everything = _all_answers(whole, known_scales(session))
    if not len(everything.scale):
        return Answers(np.zeros(0, np.int64), everything.scales, everything.scale, np.zeros(0), everything.band)
    mask = answer_mask(session, whole, filters, by_account=by_account, by_role=by_role)
    mask &= _wanted(everything, filters, types)
    rows = np.flatnonzero(mask)
    points = everything.points[rows].astype(np.float64)
    scale = everything.scale[rows].astype(np.int16)
    return Answers(rows, everything.scales, scale, points, everything.band[rows])


def survey_scales(whole: Whole) -> dict[str, Scale]:
    """Give the surveys by which `scored_answers` read the answers of these columns last."""
    kept = whole.worked_out.get("answers")
    return {} if kept is None else kept[0]


@dataclass(frozen=True)
class _Everything:
    """As `Answers`, of every answer; scale -1 where its survey is not known."""

    scales: tuple[Scale, ...]
    scale: NDArray[np.signedinteger]
    points: NDArray[np.floating]
    band: NDArray[np.int8]

    def parts(self, spans: Sequence[slice]) -> "_Everything":
        """Give the answers of some spans of rows, one after the other."""
        scale, points, band = (
            np.concatenate([column[:0], *(column[one] for one in spans)])
            for column in (self.scale, self.points, self.band)
        )
        return _Everything(self.scales, scale, points, band)


def answers_of(whole: Whole, spans: Sequence[slice]) -> dict[object, Any]:
    """Give what is worked out of some spans of the answers, for columns of them alone: nothing is read twice."""
    kept = whole.worked_out.get("answers")
    return {} if kept is None else {"answers": (kept[0], kept[1].parts(spans))}


def _all_answers(whole: Whole, surveys: dict[str, Scale]) -> _Everything:
    """Read every answer on its survey's scale, once for these columns and surveys."""
    kept = whole.worked_out.get("answers")
    if kept is None or kept[0] != surveys:
        kept = (surveys, _read_all(whole, surveys))
        whole.worked_out["answers"] = kept
    found: _Everything = kept[1]
    return found


def _read_all(whole: Whole, surveys: dict[str, Scale]) -> _Everything:
    of_type = [surveys.get(key) for key in whole.words.get("surveys", [])]
    scales = sorted({_bare(one) for one in of_type if one is not None}, key=scale_order)
    number = len(whole.answers.get("at", ()))
    scale = np.full(number, -1, np.min_scalar_type(-1 - len(scales)))
    points, band = np.zeros(number), np.zeros(number, np.int8)
    for place, one in enumerate(of_type):
        own = np.flatnonzero(whole.answers["survey"] == place) if number else np.zeros(0, np.int64)
        if one is not None and len(own):
            scale[own] = scales.index(_bare(one))
            points[own], band[own] = _read(whole.answers["score"][own].astype(np.float64), one)
    return _Everything(tuple(scales), scale, narrowed(points), band)


def _wanted(answers: _Everything, filters: Slice, types: Sequence[str]) -> Mask:
    kept = [
        (not filters.sources or scale.type in filters.sources) and (not types or scale.type in types)
        for scale in answers.scales
    ]
    # The last one is that of scale -1. Looking up a million takes a millisecond, comparing them a tenth of one.
    wanted: Mask = answers.scale >= 0 if all(kept) else np.array([*kept, False]).take(answers.scale)
    if filters.score_bands:
        wanted &= band_table(SCORE_BANDS[band] for band in filters.score_bands if band in SCORE_BANDS)[answers.band]
    return wanted


def _bare(scale: Scale) -> Scale:
    """Surveys that differ in their flag line only are of one scale."""
    return replace(scale, flag_line=None)


SURVEY_TYPES = ("nps", "csat", "ces")


def scale_order(scale: Scale) -> tuple[int, str, float, float, bool]:
    """Give the order of scales in lists: nps, csat, ces, then by range and direction."""
    place = SURVEY_TYPES.index(scale.type) if scale.type in SURVEY_TYPES else len(SURVEY_TYPES)
    return (place, scale.type, scale.low, scale.high, not scale.high_is_good)


def _read(score: NDArray[np.float64], scale: Scale) -> tuple[NDArray[np.float64], Numbers]:
    """Give points and bands of answers to one survey; see `cx.scores.score_band`."""
    if scale.type == "nps":
        points = (score >= PROMOTER_FROM).astype(float) - (score < PASSIVE_FROM)
        return points, points.astype(np.int64)
    good = score if scale.high_is_good else scale.low + scale.high - score
    satisfied = good > scale.high - TOP_BOXES * (scale.high - scale.low + 1) / 5
    line = (scale.low + scale.high) / 2 if scale.flag_line is None else scale.flag_line
    flagged = score <= line if scale.high_is_good else score >= line
    band = np.where(flagged, -1, np.where(satisfied, 1, 0))
    return satisfied.astype(float) if scale.type == "csat" else score, band
