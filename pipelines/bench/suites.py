"""What each bench measures: commands of a user beside commands of the stock library, each in a process of its own."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.bench.process import Step, ask, measure, python, sottovoce
from pipelines.bench.tasks import Task
from pipelines.settings import DATA

SAMPLE = "sample"
FEWSHOT_SEEDS = 3
GROWTH = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
# Stock at 100k takes a quarter of an hour or more; asked for by option.
STOCK_GROWTH = ("1k", "10k")
PIPELINE_ROWS = 100_000
# Embedding is timed on so many comments: enough for steady batches, and the slowest way takes some ten seconds.
EMBEDDING_ROWS = 4_000
EMBEDDING_ON = "banking77"
# Start-up takes tenths of a second, so it is measured more often.
START_RUNS = 9
# The vendor of the sample: its names are not people (pipelines/demo.py).
VENDOR = "Quillmere,Quill,Q"
# `sottovoce import` ends with 3 when rows wait in quarantine; a bench wants none of that.
DONE = (0,)


@dataclass(frozen=True)
class Subject:
    """A labelled file: its name, columns, and what it can serve for (see `pipelines.bench.inputs`)."""

    name: str
    file: Path
    rows: int
    labels: str
    ks: tuple[int, ...] = ()
    scored: bool = False
    aspects: bool = False

    @property
    def label_words(self) -> tuple[str, ...]:
        """Options that name the label columns; none for a file without labels."""
        return ("--label", "label", "--labels", self.labels) if self.labels else ()


@dataclass(frozen=True)
class Plan:
    """Where to read and where to work."""

    corpora: Path
    work: Path
    subjects: Sequence[Subject]

    def home(self, name: str) -> Mapping[str, str]:
        """Return the variables that give a command a home of its own."""
        return {"SOTTOVOCE_HOME": str(self.work / "homes" / name)}

    def file(self, name: str) -> Path:
        """Return a place for a made file; its folder is there."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def open_plan(corpora: Path, work: Path) -> Plan:
    """Look at the corpora.

    Raises:
        BenchError: The folder holds no labelled file.
    """
    found = ask(python("pipelines.bench.inputs", "subjects", str(corpora)))["items"]
    subjects = [Subject(**{**one, "file": Path(one["file"]), "ks": tuple(one["ks"])}) for one in found]
    return Plan(corpora, work.resolve(), subjects)


def discover(plan: Plan) -> list[Task]:
    """Stock, ours, ours again, ours with 1 % new rows, ours on HDBSCAN; on every corpus and the sample."""
    sample = Subject(SAMPLE, plan.file("sample.parquet"), 0, "")
    _make(sample.file, python("pipelines.bench.inputs", "sample", "-", str(sample.file)))
    tasks = []
    for subject in (*plan.subjects, sample):
        tasks += [
            _stock(plan, "discover", subject),
            _ours(plan, "discover", subject),
            _ours(plan, "discover", subject, variant="hdbscan", runs=1),
            *_cached(plan, subject),
        ]
    return tasks


def growth(plan: Plan, *, stock_largest: bool = False) -> list[Task]:
    """Ours at 1k, 10k and 100k recombined comments, stock beside it as far as it is not too slow."""
    tasks = []
    for name, rows in GROWTH.items():
        file = _recombined(plan, name, rows, ".parquet")
        subject = Subject(name, file, rows, "label")
        runs = 1 if rows > max(GROWTH[size] for size in STOCK_GROWTH) else 3
        tasks.append(_ours(plan, "growth", subject, runs=runs))
        if name in STOCK_GROWTH or stock_largest:
            tasks.append(_stock(plan, "growth", subject, runs=1))
    return tasks


def fewshot(plan: Plan) -> list[Task]:
    """Ours beside both baselines, on the same draws; the command measures all three."""
    return [
        Task(
            "fewshot",
            f"{subject.name}-{k}",
            "ours",
            lambda run, subject=subject, k=k: [  # type: ignore[misc]
                Step(
                    "main",
                    _evaluate("fewshot", subject, "--labels", subject.labels, "--k", str(k)),
                    plan.home("fewshot"),
                )
            ],
            runs=1,
        )
        for subject in plan.subjects
        for k in subject.ks
    ]


def sentiment(plan: Plan) -> list[Task]:
    """Ours beside VADER: stars, and the polarity of each aspect."""
    tasks = []
    for subject in plan.subjects:
        if subject.scored:
            tasks += _beside_vader(plan, subject, "stars", _evaluate("sentiment", subject, "--label", "score"))
        if subject.aspects:
            tasks += _beside_vader(plan, subject, "aspects", _evaluate("aspects", subject))
    return tasks


def tag(plan: Plan) -> list[Task]:
    """The shipped tagger on the hand-labelled sets that ship."""
    return [
        Task(
            "tag",
            file.stem,
            "ours",
            lambda run, file=file: [  # type: ignore[misc]
                Step("main", sottovoce("evaluate", "tag", str(file)), plan.home("tag"))
            ],
            runs=1,
        )
        for file in sorted((DATA / "gold").glob("*.jsonl"))
    ]


def embedding(plan: Plan) -> list[Task]:
    """PyTorch, ONNX in fp32 and int8, and what ships, over the same comments."""
    chosen = next((one for one in plan.subjects if one.name == EMBEDDING_ON), plan.subjects[0])
    original = plan.file("vectors/original.npy")

    def command(by: str, out: Path, *words: str) -> tuple[str, ...]:
        fixed = ("--by", by, "--rows", str(EMBEDDING_ROWS))
        return python("pipelines.bench.embedding", str(chosen.file), str(out), *fixed, *words)

    def before(run: int) -> None:
        _make(original, command("torch", original))

    tasks = []
    for by in ("torch", "fp32", "int8", "default"):
        words = command(by, plan.file(f"vectors/{by}.npy"), "--beside", str(original))
        tasks.append(Task("embedding", chosen.name, by, _one(words, {}, prints_json=True), before=before))
    return tasks


def start(plan: Plan) -> list[Task]:
    """`--help` and `themes` over the analysed sample: as usual, and with nothing of Python compiled."""
    home = {**plan.home("start"), "SOTTOVOCE_VENDOR_NAMES": VENDOR}
    done = plan.file("homes/start/analysed")

    def before(run: int) -> None:
        if not done.exists():
            shutil.rmtree(done.parent)
            done.parent.mkdir()
            _do(sottovoce("import", str(DATA / "sample"), "--json"), home)
            _do(sottovoce("run", "--json"), home)
            done.touch()

    commands = {"help": sottovoce("--help"), "themes": sottovoce("themes")}
    tasks = []
    for name, words in commands.items():
        tasks.append(Task("start", name, "warm", _one(words, home), runs=START_RUNS, before=before))
        # An empty cache of compiled modules: what a first start after installing from source can meet at worst.
        prefix = plan.work / "pycache"
        cold = {**home, "PYTHONPYCACHEPREFIX": str(prefix)}

        def emptied(run: int, prefix: Path = prefix) -> None:
            before(run)
            shutil.rmtree(prefix, ignore_errors=True)

        tasks.append(Task("start", name, "uncompiled", _one(words, cold), runs=START_RUNS // 3, before=emptied))
    return tasks


def pipeline(plan: Plan) -> list[Task]:
    """100,000 comments from a survey tool's export through import and run, on a fresh home."""
    file = _recombined(plan, "survey-100k", PIPELINE_ROWS, ".csv")
    home = plan.home("pipeline")

    def fresh(run: int) -> None:
        shutil.rmtree(home["SOTTOVOCE_HOME"], ignore_errors=True)

    imported = sottovoce("import", str(file), "--survey", "nps-2026", "--json")

    def steps(run: int) -> list[Step]:
        return [
            Step("import", imported, home, accepted=DONE),
            Step("run", sottovoce("run", "--json"), home),
            Step("again", sottovoce("run", "--json"), home),
        ]

    return [Task("pipeline", "100k", "ours", steps, runs=1, before=fresh)]


def identity(plan: Plan) -> list[Task]:
    """Refits after adding and removing rows, ours and stock on the same draws, and planted events."""
    tasks = []
    for subject in plan.subjects:
        out = plan.file(f"passages/{subject.name}")

        def before(run: int, subject: Subject = subject, out: Path = out) -> None:
            _make(
                out.with_suffix(".json"),
                python("pipelines.bench.passages", str(subject.file), str(out), "--labels", subject.labels),
            )

        for who, runs in (("ours", 3), ("stock", 1), ("planted", 1)):

            def steps(run: int, who: str = who, out: Path = out) -> list[Step]:
                return [Step("main", python("pipelines.bench.identity", who, str(out), "--seed", str(run)))]

            tasks.append(Task("identity", subject.name, who, steps, runs=runs, before=before))
    return tasks


SUITES: Mapping[str, Callable[[Plan], list[Task]]] = {
    "start": start,
    "discover": discover,
    "embedding": embedding,
    "fewshot": fewshot,
    "sentiment": sentiment,
    "tag": tag,
    "identity": identity,
    "growth": growth,
    "pipeline": pipeline,
}


def _stock(plan: Plan, bench: str, subject: Subject, *, runs: int = 3) -> Task:
    def steps(run: int) -> list[Step]:
        out = plan.file(f"predictions/{bench}-{subject.name}-stock-{run}.jsonl")
        return [
            Step("main", python("pipelines.bench.stock", str(subject.file), str(out))),
            _measures(subject, out),
        ]

    return Task(bench, subject.name, "stock", steps, runs=runs)


def _ours(plan: Plan, bench: str, subject: Subject, *, variant: str = "ours", runs: int = 3) -> Task:
    """Measure `evaluate discover` from nothing: a home of its own, and nothing kept."""
    home = f"{bench}-{subject.name}-{variant}"
    engine = {"SOTTOVOCE_CLUSTER_ENGINE": "hdbscan"} if variant == "hdbscan" else {}

    def steps(run: int) -> list[Step]:
        out = plan.file(f"predictions/{bench}-{subject.name}-{variant}-{run}.jsonl")
        words = _discover_words(subject, subject.file, "--out", str(out))
        return [Step("main", words, {**plan.home(home), **engine}), _measures(subject, out)]

    def before(run: int) -> None:
        shutil.rmtree(plan.home(home)["SOTTOVOCE_HOME"], ignore_errors=True)

    return Task(bench, subject.name, variant, steps, runs=runs, before=before)


def _cached(plan: Plan, subject: Subject) -> list[Task]:
    """Measure the second run over the same rows, and one over rows of which 1 % are new to the cache."""
    thinned = plan.file(f"thinned/{subject.name}.parquet")
    # The cache lies in the home folder, so each state of it has a home.
    full, base, used = (plan.file(f"homes/cache-{subject.name}-{name}") for name in ("full", "base", "used"))

    def fill(home: Path, file: Path) -> None:
        """Fill a cache once; one that was left half-way is made again."""
        mark = home.with_suffix(".filled")
        if not mark.exists():
            shutil.rmtree(home, ignore_errors=True)
            _do(_discover_words(subject, file, "--cache"), {"SOTTOVOCE_HOME": str(home)})
            mark.touch()

    def before_again(run: int) -> None:
        fill(full, subject.file)

    def before_grown(run: int) -> None:
        _make(thinned, python("pipelines.bench.inputs", "thin", str(subject.file), str(thinned)))
        fill(base, thinned)
        shutil.rmtree(used, ignore_errors=True)
        shutil.copytree(base, used)

    def command(home: Path) -> Callable[[int], list[Step]]:
        words = _discover_words(subject, subject.file, "--cache")
        return _one(words, {"SOTTOVOCE_HOME": str(home)}, prints_json=True)

    return [
        Task("discover", subject.name, "again", command(full), before=before_again),
        Task("discover", subject.name, "grown", command(used), before=before_grown),
    ]


def _discover_words(subject: Subject, file: Path, *words: str) -> tuple[str, ...]:
    # The sample's label is the kind of comment: the command wants one, the measures are not told of it.
    labels = subject.label_words or ("--label", "label")
    return sottovoce("evaluate", "discover", str(file), "--text", "text", *labels, *words)


def _evaluate(command: str, subject: Subject, *words: str) -> tuple[str, ...]:
    seeds = ("--seeds", str(FEWSHOT_SEEDS)) if command == "fewshot" else ()
    return sottovoce("evaluate", command, str(subject.file), "--text", "text", *words, *seeds)


def _measures(subject: Subject, out: Path) -> Step:
    return Step("measures", python("pipelines.bench.measures", str(subject.file), str(out), *subject.label_words))


def _beside_vader(plan: Plan, subject: Subject, what: str, words: tuple[str, ...]) -> list[Task]:
    vader = python("pipelines.bench.vader", what, str(subject.file))
    name, home = f"{subject.name}-{what}", plan.home("sentiment")
    return [
        Task("sentiment", name, "ours", lambda run: [Step("main", words, home)], runs=1),
        Task("sentiment", name, "vader", lambda run: [Step("main", vader)], runs=1),
    ]


def _one(
    words: tuple[str, ...], environment: Mapping[str, str], *, prints_json: bool = False
) -> Callable[[int], list[Step]]:
    return lambda run: [Step("main", words, environment, prints_json=prints_json)]


def _recombined(plan: Plan, name: str, rows: int, suffix: str) -> Path:
    """Make a file of recombined comments once; what it holds is beside it."""
    file = plan.file(f"recombined/{name}{suffix}")
    _make(file, python("pipelines.bench.inputs", "recombine", str(plan.corpora), str(file), "--rows", str(rows)))
    return file


def _make(file: Path, words: tuple[str, ...]) -> None:
    """Run a command that makes a file, unless a whole one is there."""
    mark = file.with_name(file.name + ".made")
    if not (file.exists() and mark.exists()):
        ask(words)
        mark.touch()


def _do(words: tuple[str, ...], environment: Mapping[str, str]) -> None:
    measure(Step("before", words, environment))
