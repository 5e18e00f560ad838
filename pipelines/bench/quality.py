"""The tables of `docs/quality.md` that stand side by side with the stock libraries."""

from statistics import mean

from pipelines.bench import bars
from pipelines.bench.bars import Bar
from pipelines.bench.figures import Figures, Spread
from pipelines.bench.suites import FEWSHOT_SEEDS, SAMPLE
from pipelines.bench.tables import bar_cells, figure, table

MEASURES = {
    "nmi": "NMI",
    "ami": "AMI",
    "ari": "ARI",
    "best_f1": "best F1",
    "matched_f1": "matched F1",
    "unassigned": "unassigned",
}
BASELINES = {
    "tfidf_lr": "TF-IDF + LR",
    "minilm_lr": "MiniLM + LR",
    "tfidf_lr_unweighted": "TF-IDF, unweighted",
    "minilm_lr_unweighted": "MiniLM, unweighted",
}
KINDS = {"born": "births", "gone": "deaths", "split": "splits", "merged": "merges"}


def beside(figures: Figures) -> str:
    """Write every side-by-side table for which there are figures."""
    parts = [
        (DISCOVER, discover_table(figures)),
        (FEWSHOT, fewshot_table(figures)),
        (SENTIMENT, sentiment_table(figures)),
        (TAG, tag_table(figures)),
        (IDENTITY, identity_table(figures)),
        (PLANTED, planted_table(figures)),
    ]
    return "\n\n".join(f"{head}\n\n{body}" for head, body in parts if body)


def discover_table(figures: Figures) -> str:
    """Write stock, ours and ours on HDBSCAN, measure by measure."""
    rows = []
    for subject in figures.subjects("discover"):
        for measure, name in MEASURES.items():
            path = f"measures.result.fine.{measure}" if subject != SAMPLE else f"measures.result.{measure}"
            stock, ours, hdbscan = (figures.get(f"discover/{subject}/{who}", path) for who in WHO)
            if ours is not None or stock is not None:
                form = ".1%" if measure == "unassigned" else ".3f"
                bar = bars.agreement_bar(subject, measure, stock, ours) if subject != SAMPLE else None
                rows.append(_row(subject, name, (stock, ours, hdbscan), form, bar))
        rows += _words(figures, subject)
    return table(["corpus", "measure", "stock", "ours", "ours on HDBSCAN", "bar", "met"], rows) if rows else ""


WHO = ("stock", "ours", "hdbscan")


def _words(figures: Figures, subject: str) -> list[list[str]]:
    labels = figures.get(f"discover/{subject}/ours", "measures.result.fine.labels")
    rows = []
    for measure, form in (("themes", ".0f"), ("coherence", ".3f"), ("diversity", ".3f")):
        of = tuple(figures.get(f"discover/{subject}/{who}", f"measures.result.{measure}") for who in WHO)
        if any(of):
            bar = bars.themes_bar(labels.median if labels else None, of[1]) if measure == "themes" else None
            name = f"themes ({labels.median:.0f} labels)" if labels and measure == "themes" else measure
            rows.append(_row(subject, name, of, form, bar))
    return rows


def _row(subject: str, name: str, of: tuple[Spread | None, ...], form: str, bar: Bar | None) -> list[str]:
    return [subject, name, *(figure(one, form) for one in of), *bar_cells(bar)]


def fewshot_table(figures: Figures) -> str:
    """Write ours beside the baselines, and the mean gain over the best one."""
    rows, gains = [], []
    for subject in sorted(figures.subjects("fewshot"), key=lambda one: (one.rsplit("-", 1)[0], _k(one))):
        for measure in ("micro_f1", "macro_f1"):
            task = f"fewshot/{subject}/ours"
            ours = figures.get(task, f"main.result.{measure}")
            others = [figures.get(task, f"main.result.baselines.{name}.{measure}") for name in BASELINES]
            best = max((one.median for one in others if one), default=None)
            above = _k(subject) in bars.FEWSHOT_ABOVE
            wanted = "> both" if above else "≥ both"
            met = None if ours is None or best is None else (ours.median > best if above else ours.median >= best)
            if above and ours is not None and best is not None:
                gains.append(ours.median - best)
            name = measure.replace("_f1", " F1")
            corpus, k = subject.rsplit("-", 1)
            gain = "" if ours is None or best is None else f"{ours.median - best:+.3f}"
            plain = figure(figures.get(task, f"main.result.without_names.{measure}"))
            cells = [*map(figure, others), plain, figure(ours), gain]
            rows.append([corpus, k, name, *cells, *bar_cells(Bar(wanted, met))])
    if not rows:
        return ""
    if gains:
        reached = Spread(mean(gains), min(gains), max(gains), len(gains))
        bar = bar_cells(bars.at_least(reached, bars.FEWSHOT_GAIN))
        rows.append(["all", "8, 16", "mean gain", *[""] * (len(BASELINES) + 2), f"{reached.median:+.3f}", *bar])
    own = ("ours without names", "ours", "gain over the best")
    columns = ["corpus", "k", "measure", *BASELINES.values(), *own, "bar", "met"]
    return table(columns, rows)


def _k(subject: str) -> int:
    return int(subject.rsplit("-", 1)[1])


def sentiment_table(figures: Figures) -> str:
    """Write ours beside VADER."""
    rows = []
    measures = {"auc": "AUC", "accuracy": "accuracy", "clear_accuracy": "accuracy, clear ones", "macro_f1": "macro F1"}
    for subject in figures.subjects("sentiment"):
        for measure, name in measures.items():
            vader, ours = (figures.get(f"sentiment/{subject}/{who}", f"main.result.{measure}") for who in SIDES)
            if ours is None and vader is None:
                continue
            bar = None
            if measure == "auc":
                met = None if ours is None or vader is None else ours.median - vader.median >= bars.AUC_GAIN
                bar = Bar(f"VADER + {bars.AUC_GAIN:g}", met)
            rows.append([subject, name, figure(vader), figure(ours), *bar_cells(bar)])
    return table(["on", "measure", "VADER", "ours", "bar", "met"], rows) if rows else ""


SIDES = ("vader", "ours")


def tag_table(figures: Figures) -> str:
    """Write the bars of the tagger on the two blind sets."""
    rows = [row for name in TAG_SETS for row in _tag_rows(figures, name)]
    return table(["set", "measure", "reached", "bar", "met"], rows) if rows else ""


def _tag_rows(figures: Figures, name: str) -> list[list[str]]:
    task = f"tag/{name}/ours"
    rows = [
        [f"{name}.jsonl", TAG_NAMES[path], figure(found), *bar_cells(bars.at_least(found, bars.TAG[path]))]
        for path in TAG_NAMES
        if (found := figures.get(task, f"main.result.{path}")) is not None
    ]
    lost = figures.get(task, "main.result.real_lost.share")
    if lost is None:
        return rows
    return [
        *rows,
        [f"{name}.jsonl", "real comments lost", figure(lost), *bar_cells(bars.at_most(lost, bars.REAL_LOST))],
    ]


# Both were written by people who had not seen the examples; the second is the harder.
TAG_SETS = ("blind", "hard")
TAG_NAMES = {
    "micro_f1": "micro F1",
    "by_theme.sales_delivery_mismatch.f1": "F1 of sales_delivery_mismatch",
    "polarity_accuracy": "polarity of agreed tags",
    "polarity_against_score.share": "polarity where the score says the opposite",
    "empty_found.share": "empty talk found",
}


def identity_table(figures: Figures) -> str:
    """Write what became of themes over a refit, beside BERTopic's numbers."""
    rows = []
    for subject in figures.subjects("identity"):
        tasks = [f"identity/{subject}/{who}" for who in ("stock", "ours")]
        for path, name, wanted in (
            ("comments.survived", "comments in survivors", bars.SURVIVED),
            ("comments.kept", "of the old ones there, same key", bars.KEPT),
        ):
            stock, ours = (figures.get(task, f"main.result.{path}") for task in tasks)
            bar = bars.at_least(ours, wanted, shown=f"{wanted:.0%}")
            rows.append([subject, name, figure(stock, ".1%"), figure(ours, ".1%"), *bar_cells(bar)])
        lost = figures.get(tasks[1], "main.result.nmi_lost")
        rows.append(
            [subject, "NMI lost to a fresh fit", "", figure(lost), *bar_cells(bars.at_most(lost, bars.NMI_LOST))]
        )
        for path, name in (
            ("shuffled_same_keys", "fit over shuffled rows: passages with the same key"),
            ("shuffled_refit_same_keys", "refit over shuffled rows: the same"),
        ):
            found = figures.get(tasks[1], f"main.result.{path}")
            bar = bars.at_least(found, 1.0, shown="100%")
            rows.append([subject, name, "", figure(found, ".1%"), *bar_cells(bar)])
    return table(["corpus", "measure", "stock", "ours", "bar", "met"], rows) if rows else ""


def planted_table(figures: Figures) -> str:
    """Write how many planted events were recorded as such."""
    rows = []
    for subject in figures.subjects("identity"):
        task = f"identity/{subject}/planted"
        draws, kept = (figures.get(task, f"main.result.{name}") for name in ("draws", "others_kept"))
        if draws is None:
            continue
        counts = [figure(figures.get(task, f"main.result.{kind}"), ".0f") for kind in KINDS]
        rows.append([subject, *(f"{count} of {draws.median:.0f}" for count in counts), figure(kept, ".1%")])
    return table(["corpus", *KINDS.values(), "all others kept their key"], rows) if rows else ""


DISCOVER = """## Discovery beside the stock library

Stock is BERTopic with its defaults over MiniLM, as its README shows; both sides are measured by the same code on each
row's theme. Medians of the runs, least and most in brackets (stock has no seed; ours gives the same every time).
Coherence (NPMI) and diversity are of the ten words that c-TF-IDF puts first in each theme, over the same words of the
same texts for both. More themes, or smaller ones, have less coherence by this measure: rare words seldom meet. The
sample has no labels; unassigned rows there include empty talk and other languages, which ours sets aside."""
FEWSHOT = f"""## Few-shot beside logistic regression

The same draws for all, tested on all other rows, mean of {FEWSHOT_SEEDS}. Where rows have several labels, logistic
regression is given with balanced classes, and as scikit-learn comes (unweighted); the gain is over the best of them.
Ours also sees the texts of the rows to be labelled, and the labels' names as they stand in the file; "without names"
is ours without the latter."""
SENTIMENT = """## Sentiment beside VADER

Stars: 1-2 against 4-5. Aspects: the polarity of each thing that a sentence speaks of; ours by the passage nearest to
the aspect's name, VADER by the whole sentence. No part of either was trained on these files. A sentence there always
has aspects of unlike polarity, and over 40 % of them are neutral mentions."""
TAG = "## Tagging against its bars"
IDENTITY = """## Identity over a refit

A refit after 20 % new and 10 % old rows removed: three draws, the first of them for stock too. A theme survives when
one old theme holds the majority of its comments and both have ten or more. Stock's only ids are ranks by size."""
PLANTED = """Planted events: the labels taken for themes, one label born, one gone, one split and one merged in each
draw, with the rows of the refit changed as above. Files with fewer than six labels are left out."""
