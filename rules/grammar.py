"""The shared grammar: what English says can happen to a measure, a meeting, a deal or a promise, and how.

Words are grouped in families and inflected here; packs never name a verb. The families follow the usual dictionaries of
trade reporting; none was made for one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Op(StrEnum):
    """What a verb, a noun or a predicate does to the thing it is about."""

    THREATEN = "threaten"
    PROPOSE = "propose"
    IMPOSE = "impose"
    START = "start"
    SET = "set"
    RAISE = "raise"
    LOWER = "lower"
    SUSPEND = "suspend"
    DELAY = "delay"
    ADVANCE = "advance"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    END = "end"
    BLOCK = "block"
    RESTORE = "restore"
    EXTEND = "extend"
    SHORTEN = "shorten"
    KEEP = "keep"
    MEET = "meet"
    TRAVEL = "travel"
    HAPPEN = "happen"
    SCHEDULE = "schedule"
    REACH = "reach"
    SIGN = "sign"
    COLLAPSE = "collapse"
    BUY = "buy"
    EXEMPT = "exempt"
    """Takes something out from under it: a part of it ends."""
    CONSIDER = "consider"
    """Talked about, wanted or expected as a whole, without a verb of its own."""
    ANNOUNCE = "announce"


class Form(StrEnum):
    BASE = "base"
    PRESENT = "present"
    PAST = "past"
    PARTICIPLE = "participle"
    GERUND = "gerund"
    NOUN = "noun"
    PREDICATE = "predicate"


class Stance(StrEnum):
    """What a governing word makes of the verb below it ("agreed to …", "is considering …")."""

    AGREE = "agree"
    ORDER = "order"
    DECIDE = "decide"
    DUE = "due"
    PLAN = "plan"
    HEDGE = "hedge"
    CONSIDER = "consider"
    EXPECT = "expect"
    THREAT = "threat"
    PROPOSE = "propose"
    WISH = "wish"
    REFUSE = "refuse"
    DENY = "deny"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One entry of the lexicon: the first word matches, then `rest` right behind it or a few words on."""

    op: Op
    form: frozenset[Form]
    rest: tuple[str, ...] = ()
    gap: int = 0
    """How many words may stand between the first word and `rest` ("put the rules off")."""
    passive_only: bool = False
    intransitive: bool = False
    """Its subject is what it happens to ("the truce expired")."""
    stance: Stance | None = None
    """Set for a verb that governs its object instead of another verb ("is discussing a visit")."""


IRREGULAR = {
    "begin": ("began", "begun"),
    "break": ("broke", "broken"),
    "bring": ("brought", "brought"),
    "buy": ("bought", "bought"),
    "come": ("came", "come"),
    "cut": ("cut", "cut"),
    "draw": ("drew", "drawn"),
    "fall": ("fell", "fallen"),
    "fly": ("flew", "flown"),
    "freeze": ("froze", "frozen"),
    "get": ("got", "got"),
    "give": ("gave", "given"),
    "go": ("went", "gone"),
    "hit": ("hit", "hit"),
    "hold": ("held", "held"),
    "keep": ("kept", "kept"),
    "kick": ("kicked", "kicked"),
    "lay": ("laid", "laid"),
    "leave": ("left", "left"),
    "let": ("let", "let"),
    "make": ("made", "made"),
    "meet": ("met", "met"),
    "pay": ("paid", "paid"),
    "put": ("put", "put"),
    "rise": ("rose", "risen"),
    "run": ("ran", "run"),
    "see": ("saw", "seen"),
    "set": ("set", "set"),
    "sit": ("sat", "sat"),
    "slap": ("slapped", "slapped"),
    "stand": ("stood", "stood"),
    "stop": ("stopped", "stopped"),
    "strike": ("struck", "struck"),
    "take": ("took", "taken"),
    "tear": ("tore", "torn"),
    "throw": ("threw", "thrown"),
    "spring": ("sprang", "sprung"),
    "blow": ("blew", "blown"),
    "shoot": ("shot", "shot"),
    "sink": ("sank", "sunk"),
    "slide": ("slid", "slid"),
    "rip": ("ripped", "ripped"),
    "step": ("stepped", "stepped"),
    "chop": ("chopped", "chopped"),
    "clip": ("clipped", "clipped"),
    "bin": ("binned", "binned"),
    "clap": ("clapped", "clapped"),
    "jet": ("jetted", "jetted"),
    "wrap": ("wrapped", "wrapped"),
    "bar": ("barred", "barred"),
    "forbid": ("forbade", "forbidden"),
    "strip": ("stripped", "stripped"),
    "shed": ("shed", "shed"),
    "spend": ("spent", "spent"),
    "carve": ("carved", "carved"),
    "bet": ("bet", "bet"),
    "shake": ("shook", "shaken"),
    "snap": ("snapped", "snapped"),
    "win": ("won", "won"),
    "withdraw": ("withdrew", "withdrawn"),
    "drop": ("dropped", "dropped"),
    "scrap": ("scrapped", "scrapped"),
    "skip": ("skipped", "skipped"),
    "trim": ("trimmed", "trimmed"),
    "ship": ("shipped", "shipped"),
    "bump": ("bumped", "bumped"),
    "cancel": ("cancelled", "cancelled"),
    "annul": ("annulled", "annulled"),
    "travel": ("travelled", "travelled"),
    "defer": ("deferred", "deferred"),
    "commit": ("committed", "committed"),
    "plan": ("planned", "planned"),
    "prefer": ("preferred", "preferred"),
    "rebuff": ("rebuffed", "rebuffed"),
    "enter": ("entered", "entered"),
    "forgo": ("forwent", "forgone"),
    "undertake": ("undertook", "undertaken"),
    "say": ("said", "said"),
    "tell": ("told", "told"),
    "think": ("thought", "thought"),
    "ditch": ("ditched", "ditched"),
    "shelve": ("shelved", "shelved"),
}
_AMERICAN = {"cancelled": "canceled", "travelled": "traveled"}


@cache
def inflect(lemma: str) -> dict[str, frozenset[Form]]:
    """The forms of a verb: `cut` is base, past and participle at once."""
    forms: dict[str, set[Form]] = {}

    def add(word: str, form: Form) -> None:
        forms.setdefault(word, set()).add(form)
        if word in _AMERICAN:
            forms.setdefault(_AMERICAN[word], set()).add(form)

    add(lemma, Form.BASE)
    stem, last = lemma, lemma[-1]
    if last in "sxz" or lemma.endswith(("ch", "sh", "go")):
        add(lemma + "es", Form.PRESENT)
    elif last == "y" and lemma[-2] not in "aeiou":
        add(lemma[:-1] + "ies", Form.PRESENT)
        stem = lemma[:-1] + "i"
    else:
        add(lemma + "s", Form.PRESENT)
    if lemma in IRREGULAR:
        past, participle = IRREGULAR[lemma]
    else:
        past = participle = stem + ("d" if last == "e" else "ed")
    add(past, Form.PAST)
    add(participle, Form.PARTICIPLE)
    doubled = past.endswith(last + last + "ed") or lemma in {
        "cut",
        "set",
        "hit",
        "put",
        "begin",
        "get",
        "run",
        "sit",
        "win",
        "let",
    }
    if lemma.endswith("ee"):
        add(lemma + "ing", Form.GERUND)
    elif last == "e" and lemma != "be":
        add(lemma[:-1] + "ing", Form.GERUND)
    else:
        add(lemma + (last if doubled else "") + "ing", Form.GERUND)
        if lemma in ("cancel", "travel"):
            add(lemma + "ing", Form.GERUND)
    return {word: frozenset(which) for word, which in forms.items()}


_VERBS: dict[Op, str] = {
    Op.THREATEN: "threaten brandish dangle vow menace",
    Op.PROPOSE: "propose float table circulate draft",
    Op.IMPOSE: "impose levy slap institute apply introduce reinstitute enact initiate charge collect clap smack whack",
    Op.START: "begin start commence apply",
    Op.SET: "set fix reset peg adjust modify amend change revise recalibrate",
    Op.RAISE: "raise hike increase double triple quadruple bump lift boost up heighten escalate",
    Op.LOWER: "cut lower reduce trim pare shave halve slash ease soften shrink decrease chop clip dock prune dent whittle scale lessen",
    Op.SUSPEND: "suspend pause freeze halt mothball waive shelve stop stay park",
    Op.DELAY: "delay postpone defer reschedule retard wait",
    Op.ADVANCE: "advance accelerate hasten expedite",
    Op.WITHDRAW: "withdraw drop scrap abandon cancel skip rescind revoke repeal remove abolish eliminate ditch annul axe nix dump lift retract forgo jettison dismantle bin junk kill erase delete spike discard renounce relinquish shed strip nullify discontinue",
    Op.EXPIRE: "expire lapse sunset",
    Op.EXEMPT: "exempt exclude spare",
    Op.END: "end terminate finish",
    Op.BLOCK: "void overturn enjoin invalidate quash block bar forbid prohibit annul",
    Op.RESTORE: "reinstate resume revive reimpose restore reactivate reintroduce",
    Op.EXTEND: "extend prolong renew lengthen stretch",
    Op.SHORTEN: "shorten curtail truncate",
    Op.MEET: "meet",
    Op.TRAVEL: "travel visit tour",
    Op.HAPPEN: "happen occur proceed",
    Op.SCHEDULE: "schedule arrange book pencil",
    Op.REACH: "reach conclude finalise finalize clinch seal complete strike settle",
    Op.SIGN: "sign ink initial countersign",
    Op.COLLAPSE: "collapse unravel disintegrate founder crumble implode fizzle unwind",
    Op.BUY: "buy purchase import take spend order procure acquire book",
    Op.ANNOUNCE: "announce unveil declare order decree promulgate gazette",
}
_INTRANSITIVE = {
    Op.EXPIRE: "expire lapse sunset",
    Op.START: "begin start commence apply",
    Op.END: "end finish",
    Op.COLLAPSE: "collapse unravel disintegrate founder crumble implode fizzle unwind",
    Op.DELAY: "wait",
    Op.HAPPEN: "happen occur proceed",
    Op.LOWER: "ease shrink decrease lessen",
    Op.RAISE: "double triple increase",
    Op.RESTORE: "resume",
    Op.SET: "change",
    Op.TRAVEL: "travel visit",
    Op.MEET: "meet",
}

_SUSPENDED = ("suspended", "frozen", "paused", "shelved", "parked", "mothballed", "on hold", "on ice", "in abeyance")
# first word, the rest, op, gap, flags: i intransitive (it happens to the subject)
_PHRASAL: tuple[tuple[str, str, Op, int, str], ...] = (
    ("take", "effect", Op.START, 1, "i"),
    ("come", "into force", Op.START, 1, "i"),
    ("come", "into effect", Op.START, 1, "i"),
    ("enter", "into force", Op.START, 0, "i"),
    ("go", "into effect", Op.START, 0, "i"),
    ("go", "into force", Op.START, 0, "i"),
    ("kick", "in", Op.START, 0, "i"),
    ("go", "live", Op.START, 0, "i"),
    ("go", "ahead", Op.HAPPEN, 0, "i"),
    ("bring", "into force", Op.START, 8, ""),
    ("bring", "in", Op.IMPOSE, 0, ""),
    ("put", "on", Op.IMPOSE, 8, ""),
    ("put", "into effect", Op.START, 8, ""),
    ("hit", "with", Op.IMPOSE, 6, ""),
    ("retaliate", "with", Op.IMPOSE, 1, ""),
    ("respond", "with", Op.IMPOSE, 1, ""),
    ("see", "at", Op.SET, 10, ""),
    ("expect", "at", Op.SET, 10, ""),
    ("go", "to", Op.SET, 0, "i"),
    ("come", "to", Op.SET, 0, "i"),
    ("stand", "at", Op.SET, 0, "i"),
    ("end", "up at", Op.SET, 0, "i"),
    ("move", "to", Op.SET, 10, "i"),
    ("move", "by", Op.SET, 10, ""),
    ("bring", "to", Op.SET, 14, ""),
    ("take", "to", Op.SET, 10, ""),
    ("put", "at", Op.SET, 16, ""),
    ("leave", "at", Op.SET, 18, ""),
    ("fall", "to", Op.LOWER, 3, "i"),
    ("fall", "by", Op.LOWER, 2, "i"),
    ("drop", "to", Op.LOWER, 3, "i"),
    ("drop", "by", Op.LOWER, 3, "i"),
    ("come", "down", Op.LOWER, 1, "i"),
    ("go", "down", Op.LOWER, 1, "i"),
    ("go", "back to", Op.SET, 2, "i"),
    ("spring", "back to", Op.SET, 1, "i"),
    ("snap", "back", Op.RESTORE, 0, "i"),
    ("bring", "down", Op.LOWER, 10, ""),
    ("take", "down", Op.LOWER, 10, ""),
    ("roll", "back", Op.LOWER, 8, ""),
    ("rise", "to", Op.RAISE, 3, "i"),
    ("rise", "by", Op.RAISE, 3, "i"),
    ("go", "up", Op.RAISE, 1, "i"),
    ("jack", "up", Op.RAISE, 6, ""),
    ("ratchet", "up", Op.RAISE, 6, ""),
    ("put", "on hold", Op.SUSPEND, 10, ""),
    ("put", "on ice", Op.SUSPEND, 10, ""),
    ("hold", "in abeyance", Op.SUSPEND, 20, ""),
    ("hold", "off", Op.SUSPEND, 0, ""),
    ("set", "out of force", Op.SUSPEND, 10, ""),
    ("move", "to", Op.DELAY, 14, "i"),
    ("shift", "to", Op.DELAY, 14, "i"),
    ("switch", "to", Op.DELAY, 10, ""),
    ("push", "out", Op.DELAY, 10, ""),
    ("hold", "over", Op.DELAY, 10, ""),
    ("set", "back", Op.DELAY, 10, ""),
    ("pull", "forward", Op.ADVANCE, 10, ""),
    ("speed", "up", Op.ADVANCE, 10, ""),
    ("walk", "out on", Op.WITHDRAW, 0, ""),
    ("walk", "out of", Op.WITHDRAW, 0, ""),
    ("back", "down from", Op.WITHDRAW, 0, ""),
    ("back", "down on", Op.WITHDRAW, 0, ""),
    ("bow", "out of", Op.WITHDRAW, 0, ""),
    ("stay", "away from", Op.WITHDRAW, 0, ""),
    ("give", "up", Op.WITHDRAW, 0, ""),
    ("rip", "up", Op.WITHDRAW, 8, ""),
    ("phase", "out", Op.WITHDRAW, 8, ""),
    ("wipe", "out", Op.WITHDRAW, 8, ""),
    ("strip", "away", Op.WITHDRAW, 8, ""),
    ("take", "off", Op.WITHDRAW, 8, ""),
    ("take", "measures", Op.IMPOSE, 4, ""),
    ("subject", "to", Op.IMPOSE, 0, ""),
    ("strike", "back with", Op.IMPOSE, 0, ""),
    ("answer", "with", Op.IMPOSE, 3, ""),
    ("push", "up", Op.RAISE, 8, ""),
    ("put", "up", Op.RAISE, 8, ""),
    ("crank", "up", Op.RAISE, 8, ""),
    ("ramp", "up", Op.RAISE, 8, ""),
    ("step", "up", Op.RAISE, 8, ""),
    ("jump", "to", Op.RAISE, 3, "i"),
    ("climb", "to", Op.RAISE, 3, "i"),
    ("shoot", "up to", Op.RAISE, 1, "i"),
    ("knock", "off", Op.LOWER, 8, ""),
    ("go", "down", Op.LOWER, 1, "i"),
    ("come", "down", Op.LOWER, 1, "i"),
    ("sink", "to", Op.LOWER, 3, "i"),
    ("slide", "to", Op.LOWER, 3, "i"),
    ("tumble", "to", Op.LOWER, 3, "i"),
    ("settle", "at", Op.SET, 0, "i"),
    ("come", "in at", Op.SET, 0, "i"),
    ("work", "out at", Op.SET, 0, "i"),
    ("add", "up to", Op.SET, 0, "i"),
    ("come", "back into effect", Op.RESTORE, 0, "i"),
    ("come", "back into force", Op.RESTORE, 0, "i"),
    ("come", "back", Op.RESTORE, 0, "i"),
    ("bring", "back", Op.RESTORE, 8, ""),
    ("put", "back on", Op.RESTORE, 8, ""),
    ("throw", "a lifeline", Op.EXTEND, 0, ""),
    ("carry", "over", Op.EXTEND, 8, ""),
    ("tack", "on", Op.EXTEND, 6, ""),
    ("sit", "together", Op.MEET, 0, "i"),
    ("get", "together", Op.MEET, 0, "i"),
    ("hold", "summit", Op.MEET, 4, ""),
    ("go", "head to head", Op.MEET, 0, "i"),
    ("head", "to", Op.TRAVEL, 1, "i"),
    ("head", "for", Op.TRAVEL, 1, "i"),
    ("jet", "to", Op.TRAVEL, 1, "i"),
    ("fly", "into", Op.TRAVEL, 1, "i"),
    ("touch", "down in", Op.TRAVEL, 0, "i"),
    ("set", "foot in", Op.TRAVEL, 0, "i"),
    ("journey", "to", Op.TRAVEL, 1, "i"),
    ("sign", "up for", Op.BUY, 0, ""),
    ("sign", "up to", Op.BUY, 0, ""),
    ("snap", "up", Op.BUY, 6, ""),
    ("scoop", "up", Op.BUY, 6, ""),
    ("stock", "up on", Op.BUY, 0, ""),
    ("nail", "down", Op.REACH, 6, ""),
    ("wrap", "up", Op.REACH, 6, ""),
    ("shake", "on", Op.REACH, 0, ""),
    ("put", "pen to", Op.SIGN, 0, ""),
    ("put", "their names to", Op.SIGN, 0, ""),
    ("put", "their signatures to", Op.SIGN, 0, ""),
    ("come", "apart", Op.COLLAPSE, 0, "i"),
    ("blow", "up", Op.COLLAPSE, 0, "i"),
    ("come", "to nothing", Op.COLLAPSE, 0, "i"),
    ("run", "aground", Op.COLLAPSE, 0, "i"),
    ("go", "up in smoke", Op.COLLAPSE, 0, "i"),
    ("exceed", "powers", Op.BLOCK, 6, "i"),
    ("exceed", "authority", Op.BLOCK, 6, "i"),
    ("rule", "invalid", Op.BLOCK, 12, ""),
    ("find", "illegal", Op.BLOCK, 12, ""),
    ("declare", "illegal", Op.BLOCK, 12, ""),
    ("carve", "out of", Op.EXEMPT, 8, ""),
    ("take", "out of", Op.EXEMPT, 6, ""),
    ("leave", "out of", Op.EXEMPT, 6, ""),
    ("put", "off", Op.DELAY, 12, ""),
    ("put", "back", Op.DELAY, 10, ""),
    ("push", "back", Op.DELAY, 10, ""),
    ("push", "off", Op.DELAY, 10, ""),
    ("hold", "back", Op.DELAY, 12, ""),
    ("kick", "down the road", Op.DELAY, 6, ""),
    ("move", "back", Op.DELAY, 6, ""),
    ("slip", "to", Op.DELAY, 0, "i"),
    ("bring", "forward", Op.ADVANCE, 10, ""),
    ("move", "forward", Op.ADVANCE, 6, ""),
    ("move", "up", Op.ADVANCE, 6, ""),
    ("call", "off", Op.WITHDRAW, 10, ""),
    ("pull", "out of", Op.WITHDRAW, 0, ""),
    ("take", "off the table", Op.WITHDRAW, 14, ""),
    ("walk", "away from", Op.WITHDRAW, 0, ""),
    ("back", "away from", Op.WITHDRAW, 0, ""),
    ("back", "off", Op.WITHDRAW, 0, ""),
    ("back", "out of", Op.WITHDRAW, 0, ""),
    ("climb", "down from", Op.WITHDRAW, 0, ""),
    ("do", "away with", Op.WITHDRAW, 0, ""),
    ("get", "rid of", Op.WITHDRAW, 0, ""),
    ("strike", "from", Op.WITHDRAW, 6, ""),
    ("tear", "up", Op.WITHDRAW, 6, ""),
    ("run", "out", Op.EXPIRE, 0, "i"),
    ("strike", "down", Op.BLOCK, 12, ""),
    ("throw", "out", Op.BLOCK, 8, ""),
    ("set", "aside", Op.BLOCK, 8, ""),
    ("rule", "against", Op.BLOCK, 0, ""),
    ("rule", "unlawful", Op.BLOCK, 12, ""),
    ("rule", "illegal", Op.BLOCK, 12, ""),
    ("find", "unlawful", Op.BLOCK, 12, ""),
    ("declare", "unlawful", Op.BLOCK, 12, ""),
    ("declare", "void", Op.BLOCK, 12, ""),
    ("roll", "over", Op.EXTEND, 8, ""),
    ("carry", "on", Op.EXTEND, 0, "i"),
    ("run", "on", Op.EXTEND, 0, "i"),
    ("run", "until", Op.EXTEND, 1, "i"),
    ("run", "to", Op.EXTEND, 1, "i"),
    ("run", "through", Op.EXTEND, 1, "i"),
    ("last", "until", Op.EXTEND, 1, "i"),
    ("cut", "short", Op.SHORTEN, 10, ""),
    ("keep", "in force", Op.EXTEND, 16, ""),
    ("keep", "in place", Op.EXTEND, 16, ""),
    ("leave", "in place", Op.EXTEND, 16, ""),
    ("remain", "in force", Op.EXTEND, 1, "i"),
    ("stay", "in force", Op.EXTEND, 1, "i"),
    ("remain", "in place", Op.EXTEND, 1, "i"),
    ("stay", "in place", Op.EXTEND, 1, "i"),
    *((verb, off, Op.SUSPEND, 14, "") for verb in ("keep", "leave", "hold") for off in _SUSPENDED),
    *((verb, off, Op.SUSPEND, 1, "i") for verb in ("remain", "stay") for off in _SUSPENDED),
    ("sit", "down", Op.MEET, 0, "i"),
    ("hold", "talks", Op.MEET, 3, "i"),
    ("hold", "meeting", Op.MEET, 4, ""),
    ("come", "face to face", Op.MEET, 0, "i"),
    ("shake", "hands", Op.MEET, 0, "i"),
    ("take", "place", Op.HAPPEN, 1, "i"),
    ("go", "to", Op.TRAVEL, 1, "i"),
    ("fly", "to", Op.TRAVEL, 1, "i"),
    ("come", "to", Op.TRAVEL, 1, "i"),
    ("be", "in", Op.TRAVEL, 0, "i"),
    ("land", "in", Op.TRAVEL, 0, "i"),
    ("arrive", "in", Op.TRAVEL, 0, "i"),
    ("pay", "visit", Op.TRAVEL, 4, "i"),
    ("make", "visit", Op.TRAVEL, 4, "i"),
    ("hammer", "out", Op.REACH, 6, ""),
    ("wrap", "up", Op.END, 4, ""),
    ("agree", "on", Op.REACH, 0, ""),
    ("fall", "apart", Op.COLLAPSE, 0, "i"),
    ("fall", "through", Op.COLLAPSE, 0, "i"),
    ("break", "down", Op.COLLAPSE, 0, "i"),
)

_NOUNS: dict[Op, str] = {
    Op.SUSPEND: "suspension freeze halt waiver moratorium pause",
    Op.DELAY: "delay postponement deferral deferment",
    Op.WITHDRAW: "withdrawal removal repeal cancellation abolition elimination scrapping lifting rescission revocation",
    Op.LOWER: "cut reduction halving lowering",
    Op.RAISE: "increase rise hike doubling raising",
    Op.EXTEND: "extension renewal prolongation",
    Op.RESTORE: "reinstatement reimposition resumption",
    Op.END: "end termination",
    Op.EXPIRE: "expiry expiration",
    Op.SIGN: "signing signature",
    Op.REACH: "conclusion finalisation finalization completion",
    Op.COLLAPSE: "breakdown",
}
# predicates: what a thing "is", "remains" or, in a headline, simply stands as
_PREDICATES: tuple[tuple[str, str, Op], ...] = (
    ("off", "the table", Op.WITHDRAW),
    ("dead", "", Op.COLLAPSE),
    ("finished", "", Op.COLLAPSE),
    ("gone", "", Op.WITHDRAW),
    ("over", "", Op.END),
    ("void", "", Op.BLOCK),
    ("in", "force", Op.START),
    ("in", "effect", Op.START),
    ("in", "place", Op.START),
    ("on", "hold", Op.SUSPEND),
    ("on", "ice", Op.SUSPEND),
    ("in", "abeyance", Op.SUSPEND),
    ("off", "", Op.WITHDRAW),
    ("toast", "", Op.WITHDRAW),
    ("history", "", Op.WITHDRAW),
    ("back", "", Op.RESTORE),
    ("in", "tatters", Op.COLLAPSE),
    ("in", "ruins", Op.COLLAPSE),
    ("kaput", "", Op.COLLAPSE),
)


def _family(stance: Stance, verbs: str, others: str = "") -> Iterable[tuple[str, Stance]]:
    for lemma in verbs.split():
        for word in inflect(lemma):
            yield word, stance
    for word in others.split():
        yield word, stance


GOVERNORS: dict[str, Stance] = dict(
    [
        *_family(
            Stance.AGREE,
            "agree consent commit pledge undertake promise accept guarantee",
            "agreement commitment consensus",
        ),
        *_family(
            Stance.ORDER, "order sign direct instruct authorise authorize proclaim", "order proclamation decree notice"
        ),
        *_family(
            Stance.DECIDE,
            "decide determine resolve announce declare unveil confirm notify find",
            "decision announcement ruled ruling",
        ),
        *_family(Stance.DUE, "schedule slate mean", "due bound meant supposed"),
        *_family(Stance.PLAN, "plan intend aim prepare", "set ready prepared plans intention intends"),
        *_family(
            Stance.HEDGE,
            "appear seem tend lean look stand pencil moot tip",
            "likely unlikely poised close near possible possibly probably perhaps maybe could may might reportedly inclined minded rumoured rumored tentative",
        ),
        *_family(
            Stance.CONSIDER,
            "consider weigh mull study discuss examine explore contemplate debate eye review negotiate ponder entertain assess evaluate canvass broach toy",
            "talk talks idea options option whether possibility",
        ),
        *_family(
            Stance.EXPECT,
            "expect foresee predict forecast see anticipate hope believe think reckon envisage bet count project",
            "hopes",
        ),
        *_family(Stance.THREAT, "threaten warn vow swear menace", "threat threats choice"),
        *_family(Stance.PROPOSE, "propose offer suggest float provide", "proposal draft offer bill"),
        *_family(
            Stance.WISH,
            "urge demand ask press want seek request call insist exhort lobby petition like recommend invite beg tell implore plead campaign pressure encourage advise",
            "calls demands appeal plea",
        ),
        *_family(Stance.REFUSE, "refuse decline fail reject oppose cease forbid bar prohibit balk", ""),
        *_family(Stance.DENY, "deny dismiss dispute rebut", "denial"),
        *_family(Stance.CONTINUE, "continue keep go start begin", ""),
    ]
)

_OVER_NOUNS = frozenset({Stance.CONSIDER, Stance.EXPECT, Stance.PLAN, Stance.WISH, Stance.PROPOSE, Stance.THREAT})


_OVER_VERBS_ONLY = frozenset(
    word
    for lemma in (
        "ask",
        "tell",
        "see",
        "believe",
        "like",
        "invite",
        "look",
        "stand",
        "count",
        "project",
        "think",
        "bet",
    )
    for word in inflect(lemma)
)
"""Govern a verb ("told China to drop it"), and say nothing of a noun ("told a rally of the pause")."""


def _add(table: dict[str, list[Trigger]], word: str, trigger: Trigger) -> None:
    table.setdefault(word, []).append(trigger)


def _build() -> dict[str, tuple[Trigger, ...]]:
    table: dict[str, list[Trigger]] = {}
    for first, rest, op, gap, flags in _PHRASAL:
        for word, forms in (inflect(first) if first != "be" else {"be": frozenset({Form.BASE})}).items():
            _add(table, word, Trigger(op, forms, tuple(rest.split()), gap, intransitive="i" in flags))
    for op, first, rest in ((op, first, rest) for first, rest, op in _PREDICATES):
        _add(table, first, Trigger(op, frozenset({Form.PREDICATE}), tuple(rest.split()), intransitive=True))
    for op, lemmas in _VERBS.items():
        for lemma in lemmas.split():
            intransitive = lemma in _INTRANSITIVE.get(op, "").split()
            for word, forms in inflect(lemma).items():
                if op is not Op.START or Form.GERUND not in forms:  # "starting on Monday" is a date's cue
                    _add(table, word, Trigger(op, forms, intransitive=intransitive))
    for op, nouns in _NOUNS.items():
        for noun in nouns.split():
            _add(table, noun, Trigger(op, frozenset({Form.NOUN})))
    for word, stance in GOVERNORS.items():
        if stance in _OVER_NOUNS and word not in _OVER_VERBS_ONLY:
            _add(
                table,
                word,
                Trigger(
                    Op.CONSIDER,
                    frozenset({Form.BASE, Form.PRESENT, Form.PAST, Form.PARTICIPLE, Form.GERUND}),
                    stance=stance,
                ),
            )
    # the longest phrase first, so that "put off" is tried before "put"
    return {word: tuple(sorted(found, key=lambda t: -len(t.rest))) for word, found in table.items()}


TRIGGERS = _build()
"""First word -> what it can mean, the longest phrase first."""


AUXILIARY = frozenset("has have had is are was were be been being am do does did having 's 're 've 'd 'll".split())
MODAL_FUTURE = frozenset("will shall 'll won't shan't".split())
MODAL_HEDGE = frozenset("may might could can".split())
MODAL_WISH = frozenset("should must ought".split())
NEGATION = frozenset(
    (
        "not n't never no neither nor cannot can't won't wouldn't couldn't shouldn't don't doesn't didn't isn't "
        "aren't wasn't weren't hasn't haven't hadn't without nobody nothing none"
    ).split()
)
ADVERB = frozenset(
    (
        "also now already just finally formally officially still again then soon only even indeed simply "
        "effectively immediately temporarily briefly probably likely possibly perhaps reportedly altogether "
        "entirely completely partly fully quietly once yet actually really newly largely hereby further "
        "provisionally unexpectedly abruptly instead both all ever so thereby jointly therefore accordingly"
    ).split()
)
CONDITION = frozenset("if unless provided suppose supposing lest otherwise".split())
SUPPOSING = frozenset("suppose supposing imagine assume assuming suppositions hypothetically".split())
"""Words that make a whole sentence a hypothesis."""
PAPER = frozenset("offer draft paper options memo blueprint proposal bill document text leaked circulating".split())
"""What is written down and not decided: "a draft would cut …"."""
SUBORDINATE = frozenset(
    ("after since before when while which who that because although though as whose where until once amid").split()
)
