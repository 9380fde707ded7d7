"""The words of time and the verbs that place it. Families with their inflections, none made for one sentence."""

from __future__ import annotations

from rules.scan import word_set


def _index(words: str, start: int = 1) -> dict[str, int]:
    """ "a|b c" as {a: start, b: start, c: start + 1}."""
    return {word: n for n, group in enumerate(words.split(), start) for word in group.split("|")}


FULL_MONTHS = _index("january february march april may june july august september october november december")
SHORT_MONTHS = _index("jan feb mar apr may jun jul aug sep|sept oct nov dec")
MONTHS = FULL_MONTHS | SHORT_MONTHS
NAMES = word_set("march april may june august jan jun mar")
"""Months that are also verbs, modals or people."""
FULL_DAYS = _index("monday tuesday wednesday thursday friday saturday sunday", 0)
SHORT_DAYS = _index("mon tue|tues wed thu|thur|thurs fri sat sun", 0)
WEEKDAYS = FULL_DAYS | SHORT_DAYS
SUFFIXES = frozenset({"st", "nd", "rd", "th"})
UNITS = {
    "hour": "hour", "hours": "hour", "day": "day", "days": "day", "week": "week", "weeks": "week",
    "fortnight": "fortnight",
    "fortnights": "fortnight", "month": "month", "months": "month", "quarters": "quarter", "year": "year",
    "years": "year",
    "decade": "decade", "decades": "decade",
}  # fmt: skip
LENGTHS = {
    "day": (1, 0),
    "week": (7, 0),
    "fortnight": (14, 0),
    "month": (0, 1),
    "quarter": (0, 3),
    "year": (0, 12),
    "decade": (0, 120),
}
"""Days and months of one unit; hours count where they make whole days."""
PERIODS = word_set("week weekend month year quarter season decade century")
SEASONS = frozenset(["spring", "summer", "autumn", "fall", "winter"])
DEICTIC = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "overnight": 0}
DAYPARTS = word_set("morning afternoon evening night lunchtime noon midday midnight dawn dusk")
RELATIONS = {
    "this": "this", "next": "next", "last": "last", "coming": "coming", "past": "last", "previous": "last",
    "current": "this",
    "upcoming": "coming",
}  # fmt: skip
EDGES = {
    "end": "end", "close": "end", "beginning": "start", "start": "start", "middle": "mid", "mid": "mid",
    "early": "early",
    "late": "late", "course": "within", "turn": "start",
}  # fmt: skip
ZONES = word_set(
    "est edt et gmt utc cet cest bst pst pdt pt ist kst jst cst hkt sgt eastern brussels beijing korean local"
)

DETERMINERS = word_set("the a an its his her their our my your this that these those any some no each every both")
ARTICLES = word_set("the a an its his her their our my your any some no each every both")
"""Before a word that is verb and noun: it is the noun."""
PREPOSITIONS = word_set(
    "in on at by for from to of with without under over against about after before during until till through "
    "since between among amid into onto upon within despite per via as than like than unless if because while "
    "when where whether although though but and or nor so then"
)
PRONOUNS = word_set("he she it they we you i who which that there this these those what whom")
ADVERBS = word_set(
    "also again already not only still just now even yet too later earlier early late instead rather nor never "
    "ever once more less alone alike ago ahead onwards onward away sharply unchanged"
)

MODALS = word_set("will shall would may might could can should must won't wouldn't shan't can't cannot couldn't 'll")
FUTURE = word_set("will shall won't shan't 'll would may might could should must")
AUX_PAST = word_set("was were had did wasn't weren't hadn't didn't")
AUX_NOW = word_set("is are has have does do isn't aren't hasn't haven't doesn't don't be been being am")
PAST = word_set(
    "met took came went began held said told struck sold bought fell rose left kept gave got made won lost led "
    "spoke wrote ran withdrew drew broke built brought paid sent sat saw shook stood thought drawn flew swore became "
    "chose drove grew heard knew lay laid meant threw understood woke wore found felt sought taught caught fought "
    "saw sank shrank sprang swung slid stuck hung overturned undid overtook undertook put cut hit set let "
    "shut cost spread"
)
PAST_ONLY = PAST - word_set("put cut hit set let shut cost spread")
PRESENT = word_set(
    "starts begins ends expires lapses takes applies kicks comes goes falls rises runs lands drops meets resumes "
    "opens speaks sells travels visits arrives leaves returns hosts holds signs votes moves lasts enters "
    "commences becomes reverts climbs raises cuts lifts lowers brings suspends pauses imposes keeps remains stays "
    "extends prolongs delays postpones gets gives plans expects intends wants sees aims hopes"
)
NOT_PAST = word_set(
    "need indeed feed seed speed embed bed shed exceed proceed succeed hundred red unprecedented related linked "
    "united so-called limited so-named sacred wicked naked aged wed deed reed weed breed greed freed alleged "
    "continued supposed"
)

SAY = word_set(
    "said says say saying told tells announced announces announcing confirmed confirms wrote writes posted "
    "declared reported reports added noted stated replied denied denies warned warns insisted claimed threatened "
    "asked answered informed published unveiled disclosed revealed pledged vowed urged briefed dated updated tweeted "
    "acknowledged argued predicted repeated reiterated commented quoted dismissed rejected joked complained "
    "known explained recalled testified conceded cautioned estimated forecast mused observed promised demanded demands"
)
SAY_NOUNS = word_set(
    "statement notice post interview briefing speech letter remarks remark announcement message report memo note "
    "telephone call tweet broadcast release conference"
)
MOVE = word_set(
    "postpone postpones postponed postponing postponement defer defers deferred deferring deferral delay "
    "delays delayed delaying move moves moved moving shift shifts shifted shifting slip slips slipped slipping "
    "reschedule reschedules rescheduled rescheduling rearrange rearranged push pushes pushed pushing advance "
    "advances advanced advancing wait waits waited waiting"
)
"""Verbs that put a start elsewhere."""
PARTICLE_MOVE = word_set(
    "put puts putting push pushes pushed pushing bring brings brought bringing hold holds held holding set sets "
    "pull pulls pulled pulling kick kicks kicked call calls move moved moves moving"
)
PARTICLES = frozenset(["off", "back", "forward", "forwards", "up"])
PROLONG = word_set(
    "extend extends extended extending extension prolong prolongs prolonged prolonging prolongation renew "
    "renews renewed "
    "renewing renewal roll rolls rolled rolling stretch stretches stretched lengthen lengthened carry carries carried "
    "shorten shortens shortened shortening curtail curtailed curtails cut cuts cutting"
)
"""Verbs that give something that lasts another end."""
LAST = word_set(
    "run runs ran running continue continues continued continuing keep keeps kept keeping remain remains "
    "remained remaining "
    "stay stays stayed staying last lasts lasted lasting suspend suspends suspended suspending paused "
    "pausing froze frozen freezing shelve shelves shelved mothball mothballs mothballed halted halting "
    "stop stops stopped waive waives waived waiving exempt exempts exempted maintain maintains maintained "
    "valid validity "
    "banned "
)
"""Verbs of what lasts to an end."""
LASTING = word_set(
    "suspension waiver ban bans abeyance hold good reprieve truce pause pauses freeze freezes halt halts "
    "moratorium validity"
)
"""The same as nouns, or as words that are both: a verb further left outweighs them ("put off the start of the
suspension")."""
PUT_ON = word_set("imposed enforced applied levied collected charged implemented introduced enacted required")
"""What is not done before a day starts on it."""
START = word_set(
    "start starts started starting begin begins began begun beginning apply applies applied applying commence "
    "commences commenced effect force kick kicks kicked live imposed impose imposes implement implements "
    "implemented introduced charged levied operation operational collected applicable"
)
END = word_set(
    "expire expires expired expiring lapse lapses lapsed lapsing terminate terminates terminated cease ceases "
    "ceased sunset sunsets ends ended"
)
PLANS = word_set(
    "due set planned scheduled slated fixed pencilled penciled threatened promised meant supposed going expected "
    "intended foreseen timed billed arranged earmarked"
)
START_NOUNS = word_set(
    "entry start starts launch implementation introduction beginning kick-off kickoff rollout commencement"
)
LIKELY = word_set("likely poised bound slated")
END_NOUNS = word_set("deadline expiry expiration lapse cut-off cutoff end")
EVENT_NOUNS = word_set(
    "meeting meetings summit talks visit trip call signing session sit-down sitdown hearing encounter ceremony "
    "vote election conference dinner round negotiations gathering"
)
PUBLISHING = word_set("publication issuance promulgation signature signing")
TEXTS = word_set("announcement notice order proclamation notification decision")
"""What a date is of, where it is the text's own: its publication, or "this notice"."""
