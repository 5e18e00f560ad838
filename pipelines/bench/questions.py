"""What the load asks: lists of addresses of the API, drawn from what is in the store, no two alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

# Who asks: a reader of everything, and a CSM with accounts of their own.
VIEWER, CSM = "viewer", "csm"
CSM_SHARE = 0.3
SEGMENTS, TIERS = ("smb", "mid_market", "enterprise"), ("standard", "growth", "key")
ROLES = ("economic_buyer", "champion", "admin", "power_user", "end_user")
STAGES = ("handoff", "onboarding", "usage", "support", "business_review", "renewal")
SOURCES, BANDS = ("nps", "csat", "ces", "ticket", "in_app"), ("detractor", "passive", "promoter")
FILTERS: Mapping[str, Sequence[str]] = {
    "segment": SEGMENTS,
    "role": ROLES,
    "stage": STAGES,
    "source": SOURCES,
    "score_band": BANDS,
    "tier": TIERS,
}
# Dimensions of the counts, as a PM asks for them.
GROUPS = (
    "theme",
    "theme,role",
    "theme,stage",
    "theme,segment",
    "theme,month",
    "theme,role,stage",
    "theme,role,stage,segment",
    "theme,industry",
    "theme,tier,month",
    "theme,source",
    "theme,role,stage,segment,month",
)
# What people look for, in words of the seed's examples; joined at random so that few are asked twice.
SUBJECTS = (
    "slow report,export to finance,demo promised,login broken,wrong invoice,spinner,waiting for an answer,"
    "offline app crash,stock numbers,price increase,nobody trained us,new contact,roadmap,SSO,calendar sync,"
    "missing feature,handover repeated,quick help,easy to use,renewal paperwork,permissions,audit log,backup,photos"
).split(",")
QUALIFIERS = (
    "warehouse,drivers,Leeds,Turin,clinic,since week,three weeks,every Monday,our finance team,on the phone,"
    "in the app,after go-live,this quarter,night shift,new colleagues,the pilot"
).split(",")
SORTS = ("name", "-arr", "renewal", "-comments", "-flagged", "nps", "-nps")


@dataclass(frozen=True)
class Stock:
    """What the questions are about.

    Attributes:
        accounts: Ids of all accounts.
        own: Those of the csm key.
        themes, discovered: Keys of the active themes of either kind.
        days: Days of history.
    """

    accounts: Sequence[str]
    own: Sequence[str]
    themes: Sequence[str]
    discovered: Sequence[str]
    days: int


@dataclass(frozen=True)
class Question:
    """One address to ask, as what it is counted, and with whose key."""

    name: str
    path: str
    key: str


Draw = Callable[[Random, Stock], tuple[str, str, dict[str, str]]]


def diagnosis(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """An account before a call."""
    return "diagnosis", f"/v1/accounts/{random.choice(stock.accounts)}/diagnosis", {"window": _window(random, 30, 365)}


def counts(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """A table for a backlog."""
    asked = {"group_by": random.choice(GROUPS), "window": _window(random, 30, stock.days)}
    if random.random() < 0.3:
        asked["kind"] = "discovered"
    return "counts", "/v1/themes/counts", asked | _narrowed(random)


def accounts_list(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """The list of accounts, sorted and narrowed."""
    asked = {"sort": random.choice(SORTS), "window": _window(random, 30, 365), "limit": str(random.randint(20, 60))}
    if random.random() < 0.4:
        asked["segment"] = random.choice(SEGMENTS)
    return "list: accounts", "/v1/accounts", asked


def account_comments(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """What one account said."""
    asked = {"window": _window(random, 30, stock.days), "order": random.choice(("newest", "detractors"))}
    return "list: account's comments", f"/v1/accounts/{random.choice(stock.accounts)}/comments", asked


def account_themes(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """What one account speaks of."""
    asked = {"window": _window(random, 60, 365)}
    return "list: account's themes", f"/v1/accounts/{random.choice(stock.accounts)}/themes", asked


def theme_comments(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """The words behind a theme."""
    key = random.choice([*stock.themes, *stock.discovered])
    asked = {"window": _window(random, 30, stock.days)}
    return "list: theme's comments", f"/v1/themes/{key}/comments", asked | _narrowed(random)


def comments(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """All comments, narrowed."""
    return "list: comments", "/v1/comments", {"window": _window(random, 7, stock.days)} | _narrowed(random)


def themes(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """The list of themes."""
    asked = {"window": _window(random, 30, 365), "kind": random.choice(("taxonomy", "discovered"))}
    return "list: themes", "/v1/themes", asked


def words(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """Comments with these words."""
    subject = random.choice(random.choice(SUBJECTS).split())
    asked = {"q": f"{subject} {random.choice(QUALIFIERS).split()[-1]}", "mode": "words"}
    return "search: words", "/v1/comments", asked | {"window": _window(random, 60, stock.days)}


def meaning(random: Random, stock: Stock) -> tuple[str, str, dict[str, str]]:
    """Comments that mean this."""
    asked = {"q": f"{random.choice(SUBJECTS)} {random.choice(QUALIFIERS)}", "mode": "meaning"}
    return "search: meaning", "/v1/comments", asked | {"window": _window(random, 60, stock.days)}


_LISTS = (accounts_list, account_comments, account_themes, theme_comments, comments, themes)
# "all" is the day of a server; the others press one thing alone.
MIXES: Mapping[str, tuple[Draw, ...]] = {
    "all": (diagnosis, diagnosis, diagnosis, counts, counts, *_LISTS, words, meaning),
    "diagnosis": (diagnosis,),
    "counts": (counts,),
    "lists": _LISTS,
    "search": (words, meaning),
}


def draw_questions(mix: str, stock: Stock, *, count: int, seed: int) -> list[Question]:
    """Draw so many questions of a mix; a part is asked with the csm key, of its own accounts."""
    random = Random(f"{mix}/{seed}")
    seen: set[tuple[str, str]] = set()
    drawn: list[Question] = []
    for question in _endless(mix, stock, random):
        if (question.path, question.key) not in seen or len(seen) > count * 10:
            seen.add((question.path, question.key))
            drawn.append(question)
        if len(drawn) == count:
            break
    return drawn


def _endless(mix: str, stock: Stock, random: Random) -> Iterator[Question]:
    own = Stock(stock.own, stock.own, stock.themes, stock.discovered, stock.days)
    while True:
        mine = bool(stock.own) and random.random() < CSM_SHARE
        name, path, asked = random.choice(MIXES[mix])(random, own if mine else stock)
        yield Question(name, f"{path}?{urlencode(asked)}", CSM if mine else VIEWER)


def _window(random: Random, least: int, most: int) -> str:
    return f"{random.randint(least, max(least, most))}d"


def _narrowed(random: Random) -> dict[str, str]:
    """One or two filters, or none."""
    names = random.sample(sorted(FILTERS), random.choice((0, 1, 1, 2)))
    return {name: random.choice(FILTERS[name]) for name in names}
