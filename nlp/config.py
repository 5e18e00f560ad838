"""Settings of the language stages: one frozen dataclass each, with a fingerprint that runs store."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class StageConfig:
    """Base of every stage's settings."""

    def fingerprint(self) -> str:
        """Return the SHA-256 of the settings as sorted JSON; equal settings give equal fingerprints."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class EmbedConfig(StageConfig):
    """How texts become vectors.

    Attributes:
        model: `packaged` for the MiniLM that is installed with the project, else a hub model's name or a folder.
        revision: Branch, tag or commit of a hub model.
        backend: `onnx` (packaged model only, needs no torch) or `torch` (sentence-transformers).
        precision: `int8` with fixed scales a channel (packaged model only; cosine .999 to fp32, 2.5 times as fast),
            or `fp32`; `auto` takes int8 where it exists. In both no batch neighbour can move a vector.
        max_tokens: Longer texts are cut here; MiniLM was trained up to 256.
        batch_tokens: Tokens per forward pass. 256-512 stay in the cache of a core.
        threads: Batches computed side by side; 0 means one per core.
    """

    model: str = "packaged"
    revision: str = ""
    backend: Literal["onnx", "torch"] = "onnx"
    precision: Literal["auto", "fp32", "int8"] = "auto"
    max_tokens: int = 256
    batch_tokens: int = 512
    threads: int = 0


@dataclass(frozen=True, slots=True)
class RedactConfig(StageConfig):
    """What is taken out of a text before anything else sees it.

    Attributes:
        unknown_names: Also look for names of people whom no list knows.
        addresses: Take street addresses out.
        default_regions: Regions whose national phone format is tried where a number has no `+` (ISO 3166-1).
        keep: Further words that are never a person (product names, say); case does not matter.
    """

    unknown_names: bool = True
    addresses: bool = True
    default_regions: tuple[str, ...] = ("US", "GB", "DE", "FR")
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextConfig(StageConfig):
    """How a raw comment becomes redacted passages.

    Attributes:
        main_language: ISO 639-1 code of the corpus; short or unclear texts are taken to be in it.
        covered_languages: Languages that the later stages understand; other texts get no passages.
        min_letters: Texts with fewer letters are not worth a language guess. Vendors treat 10-20 characters as
            unreliable (FIELD.md, Q6).
        min_passage_chars: A shorter piece with fewer than two words of content joins its neighbour.
        max_chars: Longer texts are cut here, at a blank; keeps one hostile row from holding a batch.
        spacy_batch: Texts per forward pass; 64 measured best on 2 cores (fits the cache).
        workers: Processes; 1 stays in this one.
        redact: Settings of the redaction.
    """

    main_language: str = "en"
    covered_languages: tuple[str, ...] = ("en",)
    min_letters: int = 10
    min_passage_chars: int = 16
    max_chars: int = 20_000
    spacy_batch: int = 64
    workers: int = 1
    redact: RedactConfig = RedactConfig()


@dataclass(frozen=True, slots=True)
class ClusterConfig(StageConfig):
    """How passages become discovered themes. Measured values: docs/quality.md.

    Attributes:
        engine: `graph` (neighbour graph and Leiden communities) or `bertopic` (UMAP and HDBSCAN inside BERTopic).
        neighbour_exponent: Neighbours per passage are `n ** exponent`, within the two bounds below. A fixed number
            joins small themes in small corpora and cuts big ones in big corpora.
        neighbours_min: Fewest neighbours.
        neighbours_max: Most neighbours.
        exact_limit: Above this many passages neighbours are searched by inverted lists, not by all pairs.
        dimensions: Principal directions kept for the graph; 100 gave the best partitions and is faster than 384.
        resolutions: Leiden resolutions tried, from coarse to fine.
        evidence: How many independent votes the neighbours of one passage are worth when the granularity is chosen
            (nlp/cluster/granularity.py); 2.5 was chosen on the four development corpora and six random subsets of
            banking77 (by rows and by labels). No corpus was held out from that choice.
        seeds: Most Leiden runs at each of the two best resolutions; the run of the highest gain is kept.
        seeds_rows: Passages looked at by those runs together: small corpora vary more, and get more of them.
        themes_min: A reader's minimum for a corpus of some hundred comments; the coarsest that is looked at.
        min_size: Fewest passages of a theme; grows with the corpus (see nlp/cluster/outliers.py).
        context_words: A passage of so many words counts as much as the comment around it, a shorter one less.
        context_max: Most weight of the comment beside the passage's own.
        floor_spreads: A passage this many spreads under its theme's usual similarity is far from it.
        lone_spreads: From so many spreads on, neighbours do not keep a passage in its theme.
        min_support: Share of the neighbours in the theme under which a passage is let go that is far, or whose comment
            has another that says more.
        max_unassigned: Largest share of passages left without a theme.
        parents_min: Fewest parents of a corpus with more themes than that.
        parents_max: Most parents.
        regrowth: A warm start keeps the resolution until the corpus grew or shrank by this factor.
        change_gain: At a warm start a birth, split or merge of themes must gain so many nats a passage.
    """

    engine: Literal["graph", "bertopic"] = "graph"
    neighbour_exponent: float = 0.35
    neighbours_min: int = 8
    neighbours_max: int = 30
    exact_limit: int = 10_000
    dimensions: int = 100
    resolutions: tuple[float, ...] = (0.5, 0.7, 0.93, 1.26, 1.72, 2.35, 3.19, 4.35, 5.93, 8.08, 11.0)
    evidence: float = 2.5
    seeds: int = 30
    seeds_rows: int = 40_000
    themes_min: int = 15
    min_size: int = 5
    context_words: float = 12.0
    context_max: float = 3.0
    floor_spreads: float = 2.5
    lone_spreads: float = 7.0
    min_support: float = 0.5
    max_unassigned: float = 0.08
    parents_min: int = 10
    parents_max: int = 40
    regrowth: float = 1.5
    change_gain: float = 0.0005


@dataclass(frozen=True, slots=True)
class DescribeConfig(StageConfig):
    """How a theme is described.

    Attributes:
        terms: Terms per theme by class-based TF-IDF.
        exemplars: Passages shown for a theme.
        diversity: 0 takes the passages nearest to the centre, 1 the ones least like each other.
        name_words_max: Most words of a name.
        clear_from: Worth of the best name (nats, nlp/describe/telling.py) from which a theme has a clear subject. On
            the shipped sample closing formulas, thanks and mixed remarks reach .1 to .3, battery themes .75 and 1.3.
        fits_from: How much the best taxonomy theme must set a theme's comments apart (nats, nlp/describe/nearest.py)
            for the taxonomy to have a word for it; a clear theme without one is emerging. On the shipped sample, whose
            taxonomy has no word for a flat battery, its two battery themes reach .43 and .46 (57 % of their comments
            are tagged as defects, but so is a sixth of the corpus); asset imports .17, photo uploads .29. Invoices and
            credit notes reach 1.26, penetration tests .93, admins who left .97, a webhook .83, exports .80, security
            questionnaires .68, a wrong time zone .54.
        emerging_comments: Fewest comments of an emerging theme; fewer are one conversation.
        prototype_fits_from: The same where nothing is tagged: centred cosine to the nearest taxonomy examples.
    """

    terms: int = 10
    exemplars: int = 5
    diversity: float = 0.3
    name_words_max: int = 5
    clear_from: float = 0.5
    fits_from: float = 0.5
    emerging_comments: int = 5
    prototype_fits_from: float = 0.35


@dataclass(frozen=True, slots=True)
class IdentityConfig(StageConfig):
    """How themes of a new run are recognised as known ones.

    Attributes:
        keep_share: Dice index of the passages that both runs hold, from which a theme is kept.
        part_share: Share of a new theme that came from one old theme from which it is a part of it (split), and of an
            old theme that went to one new theme from which it was merged into it.
        min_shared: With fewer shared respondents than this the centres decide.
        centre_similarity: Cosine of two themes' centres from which they are the same when members cannot tell.
        drift_share: Share of new passages that fit no theme above which a refit is advised.
        drift_growth: Growth since the last fit above which a refit is advised.
        drift_min: Fewest new passages before drift is judged.
    """

    keep_share: float = 0.4
    part_share: float = 0.5
    min_shared: int = 5
    centre_similarity: float = 0.85
    drift_share: float = 0.15
    drift_growth: float = 0.2
    drift_min: int = 50


@dataclass(frozen=True, slots=True)
class TagConfig(StageConfig):
    """How the tagger learns and tags.

    Attributes:
        epochs: Passes of fine-tuning over the examples; 0 keeps the encoder as it is (fast, weaker).
        frozen_layers: Lowest encoder layers that fine-tuning leaves alone.
        learning_rate: Of the encoder.
        head_rate: Of the layers on top of it.
        batch_size: Texts per step.
        joined_share: Extra training texts made by joining two examples, as a share of the examples.
        masked_share: Words hidden from the encoder in training.
        polarity_weight: Weight of the polarity loss beside the theme loss.
        joint_epochs: How many of the passes, the last ones, see the held-out part too.
        folds: Parts for out-of-fold predictions, from which weights and thresholds come.
        folds_run: How many of the parts are really held out; with fine-tuning always one.
        max_tokens: Texts are cut here for the tuned encoder.
        precision: Arithmetic of the tuned encoder when tagging; int8 gave micro F1 .821 and .581 on the two
            hand-labelled files, fp32 .820 and .586, and takes 40 % of the time.
        context_share: How much of a passage's evidence is that of its whole comment.
        correction_weight: How many examples one correction by a person counts for.
        threads: Threads of training; 0 means all cores. Another number changes the result by rounding.
    """

    epochs: int = 5
    frozen_layers: int = 0
    learning_rate: float = 1.5e-4
    head_rate: float = 2e-3
    batch_size: int = 32
    joined_share: float = 0.0
    masked_share: float = 0.0
    polarity_weight: float = 2.0
    joint_epochs: int = 1
    folds: int = 8
    folds_run: int = 1
    max_tokens: int = 128
    precision: Literal["fp32", "int8"] = "int8"
    context_share: float = 0.5
    correction_weight: float = 3.0
    threads: int = 0
