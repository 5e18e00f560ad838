"""Writes `docs/performance.md`: the answer first, then the method, then the details."""

from collections.abc import Sequence
from typing import Any

from pipelines.bench import bars
from pipelines.bench.bars import Bar
from pipelines.bench.figures import Figures, Spread
from pipelines.bench.load_page import LOAD_TEXT, load_tables
from pipelines.bench.pages_page import PAGES_TEXT, pages_tables
from pipelines.bench.suites import EMBEDDING_ROWS, GROWTH, SAMPLE
from pipelines.bench.tables import UNMEASURED, bar_cells, figure, ratio, table

SECONDS, MIB = "main.wall_s", "main.peak_mib"
VARIANTS = {
    "ours": "from nothing",
    "again": "second run, same comments",
    "grown": "run with 1 % new comments",
    "hdbscan": "from nothing, on HDBSCAN",
}


def performance_page(figures: Figures) -> str:
    """Write the page from the figures; a part that was not measured is left out."""
    parts = [
        (HEAD, answer_table(figures)),
        (METHOD, machine_lines(figures)),
        (SPEED, speed_table(figures)),
        (MEMORY, memory_table(figures)),
        (WHERE, where_table(figures)),
        (EMBEDDING, embedding_table(figures)),
        (GROWTH_TEXT, growth_table(figures)),
        (PIPELINE, pipeline_table(figures)),
        (LOAD_TEXT, load_tables(figures)),
        (PAGES_TEXT, pages_tables(figures)),
        (START, start_table(figures)),
    ]
    return "\n\n".join(f"{head}\n\n{body}" for head, body in parts if body) + "\n"


def answer_table(figures: Figures) -> str:
    """Write the five lines that answer the question."""
    corpora = [one for one in figures.subjects("discover") if one != SAMPLE]
    on = bars.SPEED_ON
    stock, ours, again, grown = (figures.get(f"discover/{on}/{who}", SECONDS) for who in TIMED)
    peaks = [figures.get(f"discover/{on}/{who}", MIB) for who in TIMED[:2]]
    rows = [
        ["Are these the themes that people labelled? (matched F1)", *_each(figures, corpora, "matched_f1", ".2f"), ""],
        ["How many comments have no theme?", *_each(figures, corpora, "unassigned", ".0%"), ""],
        [
            f"Seconds from nothing, and peak memory ({on})",
            *(f"{_plain(wall, 's')}, {_plain(peak, 'MiB')}" for wall, peak in zip((stock, ours), peaks, strict=True)),
            f"{ratio(stock, ours)} faster, {ratio(peaks[1], peaks[0], '.2f')} the memory",
        ],
        [
            "Seconds the next time: same comments; 1 % new ones",
            f"{_plain(stock, 's')}; {_plain(stock, 's')}",
            f"{_plain(again, 's')}; {_plain(grown, 's')}",
            f"{ratio(stock, again, '.0f')}; {ratio(stock, grown, '.0f')} faster",
        ],
        ["Comments whose theme keeps its key over a refit", *_kept(figures, corpora), ""],
    ]
    body = table(["", "BERTopic as its README shows", "Sottovoce", "ratio"], rows)
    return f"{body}\n\nSeveral figures in a cell are those of {', '.join(corpora)}." if len(corpora) > 1 else body


TIMED = ("stock", "ours", "again", "grown")


def _each(figures: Figures, corpora: Sequence[str], measure: str, form: str) -> list[str]:
    path = f"measures.result.fine.{measure}"
    found = [[figures.get(f"discover/{one}/{who}", path) for one in corpora] for who in ("stock", "ours")]
    return [" · ".join("-" if one is None else f"{one.median:{form}}" for one in side) for side in found]


def _kept(figures: Figures, corpora: Sequence[str]) -> list[str]:
    """Write the share of followed comments whose theme kept its key, per corpus."""
    found = [
        [figures.get(f"identity/{one}/{who}", "main.result.comments.kept") for one in corpora]
        for who in ("stock", "ours")
    ]
    return [" · ".join("-" if one is None else f"{one.median:.0%}" for one in side) for side in found]


def machine_lines(figures: Figures) -> str:
    """Write where and with which versions the figures came about; one line a set of them."""
    commits: dict[str, list[str]] = {}
    for machine in figures.machines:
        versions = ", ".join(f"{name} {found}" for name, found in machine["versions"].items())
        where = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}"
        commits.setdefault(f"{where}, Python {machine['python']}; {versions}", []).append(machine["code"] or "unknown")
    lines = [f"- {where}; commit {', '.join(of)}." for where, of in commits.items()]
    loads = figures.loads()
    if loads:
        lines.append(f"- Load of the machine before a run: {min(loads):.1f} to {max(loads):.1f} (one-minute average).")
    return "\n".join(lines)


def speed_table(figures: Figures) -> str:
    """Write seconds of every variant beside stock's."""
    rows = []
    for subject in figures.subjects("discover"):
        stock = figures.get(f"discover/{subject}/stock", SECONDS)
        for variant, name in VARIANTS.items():
            ours = figures.get(f"discover/{subject}/{variant}", SECONDS)
            if ours is None:
                continue
            bar = _faster_bar(variant, stock, ours) if subject == bars.SPEED_ON else None
            told = subject != SAMPLE
            quality = figures.get(f"discover/{subject}/{variant}", "main.result.fine.matched_f1") if told else None
            cells = [_s(stock), _s(ours), ratio(stock, ours), figure(quality)]
            rows.append([subject, name, *cells, *bar_cells(bar)])
    columns = ["corpus", "", "stock s", "ours s", "stock / ours", "its matched F1", "bar", "met"]
    return table(columns, rows) if rows else ""


def _faster_bar(variant: str, stock: Spread | None, ours: Spread) -> Bar | None:
    if variant not in bars.FASTER:
        return None
    wanted = bars.FASTER[variant]
    goal = f" (goal {bars.GOAL:g} x)" if variant == "ours" else ""
    return Bar(f"≥ {wanted:g} x{goal}", None if stock is None else stock.median >= wanted * ours.median)


def memory_table(figures: Figures) -> str:
    """Write peak memory beside stock's."""
    rows = []
    for subject in figures.subjects("discover"):
        stock, ours, again = (figures.get(f"discover/{subject}/{who}", MIB) for who in ("stock", "ours", "again"))
        if stock is None and ours is None:
            continue
        met = None if stock is None or ours is None else ours.median <= stock.median
        cells = [figure(one, ".0f") for one in (stock, ours, again)]
        rows.append([subject, *cells, ratio(ours, stock, ".2f"), *bar_cells(Bar("≤ stock", met))])
    columns = ["corpus", "stock MiB", "ours MiB", "ours again MiB", "ours / stock", "bar", "met"]
    return table(columns, rows) if rows else ""


def where_table(figures: Figures) -> str:
    """Write where the seconds go on both sides."""
    steps = {
        "stock": {"import": "imports", "embed": "embedding", "words": "c-TF-IDF words", "fit": "all of fit_transform"},
        "ours": {"prepare": "prepare", "embed": "embedding", "discover": "discover", "total": "all but imports"},
    }
    rows = []
    for subject in figures.subjects("discover"):
        for who, named in steps.items():
            task = f"discover/{subject}/{who}"
            found = [(name, figures.get(task, f"main.result.seconds.{step}")) for step, name in named.items()]
            said = ", ".join(f"{name} {one.median:.1f}" for name, one in found if one)
            if said:
                rows.append([subject, who, said, _rate(figures, subject, who), _s(figures.get(task, "main.cpu_s"))])
    return table(["corpus", "", "seconds", "comments embedded a second", "processor s"], rows) if rows else ""


def _rate(figures: Figures, subject: str, who: str) -> str:
    """Write rows over seconds of embedding: comments for both, though ours embeds their passages."""
    task = f"discover/{subject}/{who}"
    rows, seconds = (figures.get(task, f"main.result.{path}") for path in ("rows", "seconds.embed"))
    return f"{rows.median / seconds.median:.0f}" if rows and seconds and seconds.median else ""


def embedding_table(figures: Figures) -> str:
    """Write texts a second and the cosine to the original."""
    names = {
        "torch": "sentence-transformers on PyTorch",
        "fp32": "ours, ONNX fp32",
        "int8": "ours, ONNX int8",
        "default": "ours, as it ships",
    }
    rows = []
    for subject in figures.subjects("embedding"):
        for by, name in names.items():
            task = f"embedding/{subject}/{by}"
            rate, load, wall = (
                figures.get(task, path) for path in ("main.result.texts_per_s", "main.result.load_s", MIB)
            )
            cosines = [figures.get(task, f"main.result.{path}.{of}") for path in ("original", "alone") for of in MEAN]
            if rate:
                cells = [figure(rate, ".0f"), figure(load, ".1f"), figure(wall, ".0f")]
                rows.append([name, *cells, *(figure(one, ".4f") for one in cosines)])
    columns = [
        "",
        "texts a second",
        "load s",
        "MiB",
        "cosine to PyTorch",
        "least",
        "cosine alone / in a batch",
        "least",
    ]
    return table(columns, rows) if rows else ""


MEAN = ("mean", "least")


def growth_table(figures: Figures) -> str:
    """Write seconds a comment and memory by size."""
    rows = []
    per_comment: dict[str, float] = {}
    for size, count in GROWTH.items():
        stock, ours = (figures.get(f"growth/{size}/{who}", SECONDS) for who in ("stock", "ours"))
        if ours is None and stock is None:
            continue
        if ours is not None:
            per_comment[size] = ours.median / count
        peaks = [figure(figures.get(f"growth/{size}/{who}", MIB), ".0f") for who in ("stock", "ours")]
        milli = [f"{one.median / count * 1000:.2f}" if one else "" for one in (stock, ours)]
        rows.append([size, _s(stock), _s(ours), *milli, *peaks, *bar_cells(_growth_bar(size, per_comment))])
    columns = ["comments", "stock s", "ours s", "stock ms each", "ours ms each", "stock MiB", "ours MiB", "bar", "met"]
    return table(columns, rows) if rows else ""


def _growth_bar(size: str, per_comment: dict[str, float]) -> Bar | None:
    if size != "100k":
        return None
    both = "100k" in per_comment and "10k" in per_comment
    wanted = f"≤ {bars.GROWTH_MOST:g} x ms each at 10k"
    return Bar(wanted, per_comment["100k"] <= bars.GROWTH_MOST * per_comment["10k"] if both else None)


def pipeline_table(figures: Figures) -> str:
    """Write seconds by stage of the whole pipeline, and the bars."""
    task = "pipeline/100k/ours"
    result = figures.result(task, "run")
    if result is None:
        return ""
    imported, ran = (figures.get(task, f"{step}.wall_s") for step in ("import", "run"))
    rows = [["import", "", "", _s(imported)]]
    rows += [[s["stage"], f"{s['in']:,}", f"{s['out']:,}", f"{s['seconds']:.1f}"] for s in result["stages"]]
    rows.append(["start-up and the rest of `run`", "", "", f"{ran.median - _seconds(result):.1f}" if ran else ""])
    again = figures.get(task, "again.wall_s")
    rows.append(["`run` again, nothing new", "", "", _s(again)])
    return table(["stage", "in", "out", "s"], rows) + "\n\n" + _pipeline_bars(figures, task)


def _seconds(result: dict[str, Any]) -> float:
    return float(sum(stage["seconds"] for stage in result["stages"]))


def _pipeline_bars(figures: Figures, task: str) -> str:
    walls = [figures.get(task, f"{step}.wall_s") for step in ("import", "run")]
    peaks = [figures.get(task, f"{step}.peak_mib") for step in ("import", "run")]
    total = sum(one.median for one in walls if one)
    peak = max((one.median for one in peaks if one), default=0.0)
    goal = f"< {bars.PIPELINE_S / 60:g} min (goal {bars.PIPELINE_GOAL_S / 60:g})"
    rows = [
        ["import and run", f"{total / 60:.1f} min", *bar_cells(Bar(goal, total < bars.PIPELINE_S))],
        ["peak memory", f"{peak:.0f} MiB", *bar_cells(Bar("< 3 GiB", peak < bars.PIPELINE_MIB))],
    ]
    return table(["", "reached", "bar", "met"], rows)


def start_table(figures: Figures) -> str:
    """Write start-up seconds, warm and with nothing compiled."""
    rows = []
    for command, most in bars.START_S.items():
        warm, cold = (figures.get(f"start/{command}/{how}", SECONDS) for how in ("warm", "uncompiled"))
        if warm is None and cold is None:
            continue
        bar = Bar(f"< {most:g} s", None if warm is None else warm.median < most)
        shown = f"`sottovoce {'--help' if command == 'help' else command}`"
        rows.append([shown, figure(warm, ".2f"), figure(cold, ".2f"), *bar_cells(bar)])
    return table(["command", "s", "s, no .pyc anywhere", "bar (warm)", "met"], rows) if rows else ""


def _s(value: Spread | None) -> str:
    """Write seconds; short ones with two decimals."""
    return figure(value, ".2f" if value and value.median < 10 else ".0f")


def _plain(value: Spread | None, unit: str) -> str:
    """Write a median alone, with its unit."""
    if value is None:
        return UNMEASURED
    return f"{value.median:{'.1f' if value.median < 10 else '.0f'}} {unit}"


HEAD = """# Performance: why not just call BERTopic?

Because on the same comments, on the same machine, in one run of `make bench`:"""
METHOD = """The corpora are public and were in view when the defaults were chosen (one set for all); nothing that
ships was trained on them. Quality in full, bar by bar: [quality.md](quality.md). Every figure here and there is in
[bench.json](bench.json) with all its runs; `sottovoce bench all CORPORA` measures, `sottovoce bench report` writes
these pages from its records alone.

## Method

- *Stock* is what BERTopic's README shows: `BERTopic()` and `fit_transform(docs)`, here with the MiniLM that its default
  names loaded from its package instead of the hub. *Ours* is `sottovoce evaluate discover FILE`, with the defaults.
- Each run is a process of its own, from its start to its end: imports, loading of models and, for ours, the measuring
  are inside. Stock's seconds have its topic words in them; ours does not name themes here (the pipeline below does).
- Peak memory is the kernel's count for the process, or of it and its children together where it has some.
- Stock runs with the compile cache that numba keeps on disk for parts of UMAP (`pynndescent`), as it is after a first
  run; the rest it compiles in every process, as at every user. Files are in the page cache for both sides: a run after
  a reboot reads some hundred MB more from the disk, on both sides.
- Medians, least and most in brackets. Stock has no seed: three runs. Ours is seeded: the same quality each time.
- "Second run" and "1 % new" use `--cache`, filled by an earlier run over the same comments, or over them without a
  seeded 1 %. Stock keeps nothing between runs."""
SPEED = "## Seconds, from the start of the process to its end"
MEMORY = "## Peak memory"
WHERE = """## Where the seconds go

Medians. Ours embeds passages, of which a comment may have several, each wording once; the rate counts comments."""
EMBEDDING = f"""## Embedding alone

{EMBEDDING_ROWS:,} comments of banking77, model loaded and warm. Cosines: to the vectors of PyTorch, and of a text
embedded alone to the same text in its batch (1 means that its neighbours do not matter)."""
GROWTH_TEXT = """## Growth

Comments recombined from the corpora: the first half of one, the second half of another of the same topic; four fifths
are distinct at every size, the rest repeats them."""
PIPELINE = """## The whole pipeline: 100,000 comments

A survey tool's export of such comments, `sottovoce import` and `sottovoce run` on an empty home: redaction, passages,
vectors, tags with polarity, themes with names and durable keys, summaries. One run."""
START = """## Start-up

`themes` reads the analysed sample. "No .pyc anywhere" compiles every module of Python and of all packages: worse than a
first start after `make install`, which compiles the packages. A cold disk can't be shown here: emptying the page cache
needs rights over the machine."""
