"""The words of the grammar as plain data: verbs, phrases, nouns, predicates, governing words, and closed classes.

Keys are the names of `Op` and `Stance` in `rules.grammar`, which inflects the verbs and builds the tables. The families
follow the usual dictionaries of trade reporting; none was made for one sentence.
"""

from __future__ import annotations

VERBS = {
    "threaten": "threaten brandish dangle vow menace",
    "propose": "propose float table circulate draft",
    "impose": (
        "face pay bear attract incur lay place impose implement enforce levy slap institute apply introduce "
        "reinstitute enact initiate charge collect clap smack whack"
    ),
    "start": "begin start commence apply bite",
    "set": "set fix reset peg adjust modify amend change revise recalibrate",
    "raise": "raise hike increase double triple quadruple bump lift boost up heighten escalate tighten toughen stiffen",
    "lower": (
        "relax loosen cut lower reduce trim pare shave halve slash ease soften shrink decrease chop clip dock prune "
        "dent whittle scale lessen"
    ),
    "suspend": "suspend pause freeze halt mothball waive shelve stop stay park",
    "delay": "delay postpone defer reschedule retard wait",
    "advance": "advance accelerate hasten expedite",
    "withdraw": (
        "withdraw avoid avert drop scrap abandon cancel skip rescind revoke repeal remove abolish eliminate ditch "
        "annul axe nix dump lift retract forgo jettison dismantle bin junk kill erase delete spike discard renounce "
        "relinquish shed strip nullify discontinue pull"
    ),
    "expire": "expire lapse sunset",
    "exempt": "exempt exclude spare",
    "end": "end terminate finish",
    "block": "void vacate overturn enjoin invalidate quash block bar forbid prohibit annul",
    "restore": "reinstate resume revive reimpose restore reactivate reintroduce",
    "extend": "extend prolong renew lengthen stretch",
    "shorten": "shorten curtail truncate",
    "meet": "meet",
    "travel": "travel visit tour host receive welcome",
    "happen": "happen occur proceed materialise materialize hold convene stage",
    "schedule": "schedule arrange book pencil",
    "reach": "reach conclude finalise finalize clinch seal complete strike settle close",
    "sign": "sign ink initial countersign",
    "collapse": "collapse unravel disintegrate founder crumble implode fizzle unwind",
    "buy": "buy purchase import take spend order procure acquire book",
    "announce": "announce unveil declare order decree promulgate gazette",
}
"""The verbs of each op, uninflected."""

INTRANSITIVE = {
    "expire": "expire lapse sunset",
    "start": "begin start commence apply bite",
    "end": "end finish",
    "collapse": "collapse unravel disintegrate founder crumble implode fizzle unwind",
    "delay": "wait",
    "happen": "happen occur proceed materialise materialize",
    "lower": "ease shrink decrease lessen",
    "raise": "double triple increase",
    "restore": "resume",
    "set": "change",
    "travel": "travel visit",
    "meet": "meet",
}
"""Those of them whose subject is what it happens to: "the truce expired"."""

PHRASES = {
    "start": (
        "come in~; take …1 effect~; come …1 into force~; come …1 into effect~; enter into force~; go into effect~; "
        "go into force~; kick in~; go live~; bring …8 into force; put …8 into effect"
    ),
    "happen": "be from~; be on~; be between~; go ahead~; take …1 place~; get under way~; get underway~; kick off~",
    "impose": (
        "bring in; put …8 on; hit …6 with; retaliate …1 with; respond …1 with; take …4 measures; subject to; strike "
        "back with; answer …3 with"
    ),
    "set": (
        "agree to; see …10 at; expect …10 at; go to~; go …3 from~; move …3 from~; come to~; stand at~; end up at~; "
        "move …10 to~; move …10 by; replace …10 with; replace …2 by; substitute …2 by; substitute …10 with; "
        "bring …14 to; take …10 to; put …16 at; leave …18 at; go …2 back to~; spring …1 "
        "back to~; settle at~; come in at~; work out at~; add up to~"
    ),
    "lower": (
        "take …4 points off; shave …4 points off; knock …4 points off; cut …4 points from; fall …3 to~; fall …2 "
        "by~; drop …3 to~; drop …3 by~; come …1 down~; go …1 down~; bring …10 down; take …10 down; roll …8 back; "
        "knock …8 off; sink …3 to~; slide …3 to~; tumble …3 to~; wind …8 back; dial …8 back; dial …8 down; scale …8 "
        "back; scale …8 down; pare …8 back; trim …8 back; cut …8 back; nudge …8 down; edge …2 down to~; dip …2 to~; "
        "decline …2 to~; plunge …2 to~; shrink …2 to~; ease …2 to~"
    ),
    "raise": (
        "add …4 points to; put …4 points on; rise …3 to~; rise …3 by~; go …1 up~; jack …6 up; ratchet …6 up; push "
        "…8 up; put …8 up; crank …8 up; ramp …8 up; step …8 up; bump …8 up; nudge …8 up; edge …2 up to~; creep …2 "
        "up to~; inch …2 up to~; soar …3 to~; surge …3 to~; balloon …3 to~; swell …3 to~; jump …3 to~; climb …3 "
        "to~; shoot …1 up to~"
    ),
    "suspend": (
        "break …1 off; put …10 on hold; put …10 on ice; hold …20 in abeyance; hold off; hold …8 off; "
        "keep …10 off until; keep …10 off for; set …10 out of "
        "force"
    ),
    "propose": "put …6 forward; set …6 out; lay …8 on the table",
    "delay": (
        "move …14 to~; shift …14 to~; switch …10 to; push …10 out; push …10 to; push …10 into; hold …10 over; set "
        "…10 back; put …12 off; put …10 back; push …10 back; push …10 off; hold …12 back; kick …6 down the road; "
        "move …6 back; slip …6 to~; slide …6 to~"
    ),
    "advance": "pull …10 forward; speed …10 up; bring …10 forward; move …6 forward; move …6 up",
    "withdraw": (
        "decide against; opt against; renege on; go back on; backtrack on; walk …6 back; take …6 back; walk out on; "
        "walk out of; back down from; back down on; bow out of; stay away from; give up; rip …8 up; phase …8 out; "
        "wipe …8 out; strip …8 away; take …8 off; call …10 off; pull out of; take …14 off the table; walk away "
        "from; back away from; back off; back out of; climb down from; do away with; cease to be valid~; cease "
        "to be in force~; cease to be in effect~; cease to have effect~; cease to apply~; get rid of; go away~; fall "
        "away~; strike …6 from; tear …6 up"
    ),
    "expire": "run out~",
    "schedule": "confirm …2 for",
    "exempt": "carve …8 out of; take …6 out of; leave …6 out of",
    "block": (
        "hold …12 invalid; hold …12 unlawful; hold …12 illegal; find …12 invalid; declare …12 invalid; deem …12 "
        "unlawful; exceed …6 powers~; exceed …6 authority~; rule …12 invalid; find …12 illegal; declare …12 "
        "illegal; strike …12 down; throw …8 out; set …8 aside; rule against; rule …12 unlawful; rule …12 illegal; "
        "find …12 unlawful; declare …12 unlawful; declare …12 void"
    ),
    "restore": ("snap back~; come back into effect~; come back into force~; come back~; bring …8 back; put …8 back on"),
    "extend": (
        "throw a lifeline; carry …8 over; carry …6 forward; carry …4 on to; carry …4 on until; carry …4 on through; "
        "roll …6 forward; tack …6 on; roll …8 over; carry on~; run on~; run …1 until~; run …1 to~; run …1 through~; "
        "last …1 until~; last …1 to~; last …1 through~; keep …16 in force; keep …16 in place; leave …16 in place; "
        "remain …1 in force~; stay …1 in force~; remain …1 in place~; stay …1 in place~; go on until~; go on to~; "
        "hold …1 until~; hold …1 through~; keep …8 going for; keep …8 alive; run for~; keep …8 on until; keep …8 "
        "going to; keep …8 going until; keep …8 going through; continue …4 until; continue …4 through; continue …4 "
        "up to; give …4 months; give …4 year; grant …4 months; add …6 year to; add …6 months to; make …8 permanent; "
        "make …8 indefinite; get …3 months~; get …3 days~; get …3 weeks~; get …3 year~; gain …3 months~"
    ),
    "shorten": "cut …10 short",
    "meet": (
        "sit together~; get together~; hold …8 summit; go head to head~; sit down~; hold …3 talks~; hold …8 "
        "meeting; come face to face~; shake hands~"
    ),
    "travel": (
        "head …1 to~; head …1 for~; jet …1 to~; fly …1 into~; touch down in~; set foot in~; journey …1 to~; go …1 "
        "to~; fly …1 to~; come …1 to~; be in~; land in~; arrive in~; pay …4 visit~; make …4 visit~"
    ),
    "buy": (
        "sign up for; sign up to; commit …1 to; put …2 name to; snap …6 up; scoop …6 up; stock up on; amount to~; "
        "reach …5 tonnes~; reach …5 tons~; total …5 tonnes~; total …5 tons~"
    ),
    "reach": (
        "bring …3 to a conclusion; bring …3 to a successful conclusion; nail …6 down; wrap …6 up; shake on; hammer "
        "…6 out; agree on"
    ),
    "end": (
        "wrap …4 up; come …1 to an end~; put …2 end to; bring …8 to an end; come …1 to a close~; draw …1 to a close~"
    ),
    "sign": (
        "put pen to; put …1 name to; put …1 names to; put …1 signature to; put …1 signatures to; affix …1 signature "
        "to; affix …1 signatures to"
    ),
    "collapse": (
        "declare …10 null and void; declare …10 dead; come apart~; blow up~; come to nothing~; run aground~; go up "
        "in smoke~; fall apart~; fall through~; break down~"
    ),
}
"""Phrases of each op: a verb, then the words that follow it within its clause.

`…8`: so many words may stand between ("put the rules off"). `~`: its subject is what it happens to. Of two ops with the
same words the first that fits counts ("go to 10 percent", "go to Beijing").
"""

HELD_OFF = "suspended; frozen; paused; shelved; parked; mothballed; on hold; on ice; in abeyance"
"""What is kept, left or held, or remains or stays, so."""

NOUNS = {
    "suspend": "suspension freeze halt waiver moratorium pause",
    "delay": "delay postponement deferral deferment",
    "withdraw": (
        "withdrawal removal repeal cancellation abolition elimination scrapping lifting rescission revocation"
    ),
    "lower": "cut reduction halving lowering",
    "raise": "increase rise hike doubling raising",
    "extend": "extension renewal prolongation",
    "restore": "reinstatement reimposition resumption",
    "end": "end termination",
    "expire": "expiry expiration",
    "sign": "signing signature",
    "reach": "conclusion finalisation finalization completion",
    "collapse": "breakdown",
}
"""The nouns of each op: "the suspension of the rules"."""

PREDICATES = {
    "withdraw": (
        "no longer on the table; no longer on the cards; no longer planned; off the table; gone; dead; off; toast; "
        "history; in doubt; in jeopardy; at risk; under threat; up in the air"
    ),
    "collapse": "dead; finished; in tatters; in ruins; kaput",
    "end": "over",
    "block": "void; null and void; illegal; unlawful; unconstitutional; invalid",
    "start": "in force; in effect; in place; payable; applicable; effective; chargeable",
    "schedule": "on for; down for; in the diary for",
    "suspend": "on hold; on ice; in abeyance",
    "restore": "back",
    "happen": "under way; underway",
    "reach": (
        "done; sealed; in the bag; imminent; at hand; in sight; within reach; within grasp; within touching distance; "
        "in the offing; round the corner; around the corner"
    ),
}
"""What a thing "is", "remains" or, in a headline, simply stands as."""

VERBS_OF_STANCE = {
    "agree": "agree consent commit pledge undertake promise accept guarantee",
    "order": "order sign direct instruct authorise authorize proclaim",
    "decide": "decide determine resolve announce declare unveil confirm notify find",
    "suppose": "suppose assume presuppose presume posit imagine",
    "due": "schedule slate mean",
    "plan": "plan intend aim prepare",
    "hedge": "appear seem tend lean look stand pencil moot tip",
    "consider": (
        "consider weigh mull study discuss examine explore contemplate debate eye review negotiate ponder entertain "
        "assess evaluate canvass broach toy talk"
    ),
    "expect": ("expect foresee predict forecast see anticipate hope believe think reckon envisage bet count project"),
    "threat": "threaten warn vow swear menace",
    "propose": "propose offer suggest float provide",
    "wish": (
        "urge demand ask press want seek request call insist exhort lobby petition like recommend invite beg tell "
        "implore plead campaign pressure encourage advise"
    ),
    "refuse": "refuse decline fail reject oppose cease forbid bar prohibit balk",
    "deny": "deny dismiss dispute rebut",
    "continue": "continue keep go start begin",
}
"""Verbs that govern another verb, uninflected. Of two stances of one word the later counts."""

WORDS_OF_STANCE = {
    "agree": "agreement commitment consensus",
    "order": "order proclamation decree notice",
    "decide": "decision announcement ruled ruling",
    "due": "due bound meant supposed",
    "plan": "set ready prepared plans intention intends",
    "hedge": (
        "likely unlikely poised close near possible possibly probably perhaps maybe could may might reportedly "
        "inclined minded rumoured rumored tentative open"
    ),
    "consider": (
        "talks preparations views idea options option whether possibility prospect prospects chance chances "
        "likelihood odds"
    ),
    "expect": "hopes",
    "threat": "threat threats choice",
    "propose": "proposal draft offer bill recommendation",
    "wish": "calls demands appeal plea motion",
    "deny": "denial",
    "continue": "allowed permitted",
}
"""Nouns, adjectives and forms that govern a verb as those do."""

INTENTIONS = (
    "plan plans intention intentions threat threats promise promises pledge pledges commitment commitments proposal "
    "proposals idea bid vow offer decision effort efforts scheme"
)
"""Nouns for what somebody means to do. Dropped, they end what they are about: "has dropped its plan to impose …"."""

NEARING = (
    "close to; closer to; near; nearing; near to; on the verge of; on the brink of; on the cusp of; within reach of; "
    "within sight of; inches from; closing in on; homing in on; on course for; on track for; heading for"
)
"""Before a thing that is to be reached: "are close to a deal"."""

EASING = "ease relax loosen soften tighten toughen stiffen"
"""What can be done to a rule that has no rate."""

HOSTING = "host receive welcome"
"""Verbs of a visit whose object is who comes: "Xi will host Trump in Beijing"."""

OVER_VERBS_ONLY = "whether talk ask tell see believe like invite look stand count project think bet"
"""Govern a verb ("told China to drop it"), and say nothing of a noun ("told a rally of the pause")."""

IRREGULAR = (
    "begin began begun; break broke broken; bring brought; buy bought; come came come; cut cut; draw drew drawn; "
    "fall fell fallen; fly flew flown; freeze froze frozen; get got; give gave given; go went gone; hit hit; hold "
    "held; keep kept; lay laid; leave left; let let; make made; meet met; pay paid; put put; rise rose risen; run "
    "ran run; see saw seen; set set; sit sat; stand stood; strike struck; take took taken; tear tore torn; throw "
    "threw thrown; spring sprang sprung; blow blew blown; shoot shot; sink sank sunk; slide slid; forbid forbade "
    "forbidden; shed shed; spend spent; bet bet; shake shook shaken; win won; withdraw withdrew withdrawn; forgo "
    "forwent forgone; undertake undertook undertaken; do did done; wind wound; creep crept; swell swelled "
    "swollen; say said; tell told; think thought"
)
"""Base, past and, where it is another word, participle."""

DOUBLED = (
    "slap stop rip step chop clip bin clap jet wrap bar strip snap drop scrap skip trim ship cancel annul travel "
    "defer commit plan prefer initial dial slip peg tap"
)
"""Verbs whose last consonant is doubled before -ed and -ing."""

DOUBLED_GERUND = "cut set hit put begin get run sit win let"
"""Irregular verbs whose last consonant is doubled before -ing."""

AMERICAN = {
    "initialled": "initialed",
    "cancelled": "canceled",
    "travelled": "traveled",
    "cancelling": "canceling",
    "travelling": "traveling",
}

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
        "today yesterday tonight overnight also now already just finally formally officially still again then "
        "soon only even indeed simply effectively immediately temporarily briefly probably likely possibly "
        "perhaps reportedly altogether entirely completely partly fully quietly once yet actually really newly "
        "largely hereby further provisionally unexpectedly abruptly instead both all ever so thereby jointly "
        "therefore accordingly well"
    ).split()
)
CONDITION = frozenset("if unless provided suppose supposing lest otherwise".split())
SUPPOSING = frozenset("suppose supposing imagine assume assuming suppositions hypothetically".split())
"""Words that make a whole sentence a hypothesis."""
PAPER = frozenset(
    (
        "drafted proposals offer draft paper options memo blueprint proposal bill document text leaked circulating"
    ).split()
)
"""What is written down and not decided: "a draft would cut …"."""
SUBORDINATE = frozenset(
    ("after since before when while which who that because although though as whose where until once amid").split()
)
HEARSAY = frozenset(
    "report reports story stories rumour rumours rumor rumors speculation talk suggestion suggestions".split()
)
"""What stands behind "that" is only told, where it is a report that says it."""
